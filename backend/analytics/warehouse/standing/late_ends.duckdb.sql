SELECT
  "t0"."session_key",
  "t0"."run_started_at",
  "t0"."session_no",
  "t0"."ended_at"
FROM "closed_sessions" AS "t0"
WHERE
  "t0"."day" >= 8111000000000000000
  AND "t0"."day" <= 8111000000000000001
  AND "t0"."ended_at" >= (
    (
      (
        8111000000000000001 + 1
      ) * 86400000000
    ) - 1800000000
  )