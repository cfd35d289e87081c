WITH "t3" AS (
  SELECT
    "t0"."session_key" AS "session_key",
    "t0"."session_id" AS "session_id",
    "t0"."timestamp" AS "timestamp",
    "t0"."event_id" AS "event_id",
    "t0"."event_type" AS "event_type",
    "t0"."step" AS "step",
    "t0"."is_bot" AS "is_bot",
    "t0"."user_id" AS "user_id",
    "t0"."offer" AS "offer",
    "t0"."price_cents" AS "price_cents",
    COALESCE("t0"."currency", 'USD') AS "currency",
    "t0"."visitor_id" AS "visitor_id",
    "t0"."country" AS "country",
    "t0"."region" AS "region",
    "t0"."device" AS "device",
    "t0"."source" AS "source",
    "t0"."medium" AS "medium",
    "t0"."campaign" AS "campaign",
    "t0"."referrer" AS "referrer",
    "t0"."job_title" AS "job_title",
    "t0"."occupation" AS "occupation",
    "t0"."industry" AS "industry",
    "t0"."experience" AS "experience",
    "t0"."education" AS "education",
    "t0"."risk_level" AS "risk_level",
    CASE
      WHEN "t0"."event_type" = 'ai_calculator_opened'
      THEN 1
      WHEN COALESCE(
        (
          "t0"."event_type" = 'calculator_step_completed'
        )
        AND "t0"."step" BETWEEN 1 AND 4,
        FALSE
      )
      THEN CAST("t0"."step" AS Nullable(Int64)) + 1
      WHEN "t0"."event_type" = 'assessment_submitted'
      THEN 6
      WHEN "t0"."event_type" = 'conversion_offer_viewed'
      THEN 7
      WHEN "t0"."event_type" = 'paid_upgrade_clicked'
      THEN 8
      ELSE 0
    END AS "place"
  FROM "events" AS "t0"
  WHERE
    "t0"."day" >= 8111000000000000000 AND "t0"."day" <= (
      8111000000000000001 + 1
    )
), "t5" AS (
  SELECT
    "t2"."session_key" AS "session_key",
    MAX("t2"."run_started_at") AS "carried_run",
    MAX("t2"."session_no") AS "carried_no",
    MAX("t2"."ended_at") AS "carried_until"
  FROM (
    SELECT
      *
    FROM "closed_sessions" AS "t1"
    WHERE
      "t1"."day" >= (
        8111000000000000000 - 2
      )
      AND "t1"."day" < 8111000000000000000
      AND "t1"."ended_at" >= (
        (
          8111000000000000000 * 86400000000
        ) - 1800000000
      )
  ) AS "t2"
  GROUP BY
    "t2"."session_key"
), "t13" AS (
  SELECT
    "t12"."session_key" AS "session_key",
    "t12"."session_id" AS "session_id",
    "t12"."started_at" AS "started_at",
    "t12"."ended_at" AS "ended_at",
    "t12"."events" AS "events",
    "t12"."is_bot" AS "is_bot",
    "t12"."user_id" AS "user_id",
    "t12"."facts_0" AS "facts_0",
    "t12"."facts_1" AS "facts_1",
    "t12"."facts_2" AS "facts_2",
    "t12"."first_1" AS "first_1",
    "t12"."first_2" AS "first_2",
    "t12"."first_3" AS "first_3",
    "t12"."first_4" AS "first_4",
    "t12"."first_5" AS "first_5",
    "t12"."first_6" AS "first_6",
    "t12"."first_7" AS "first_7",
    "t12"."first_8" AS "first_8",
    "t12"."step_1_at" AS "step_1_at",
    "t12"."first_submitted_at" AS "first_submitted_at",
    "t12"."submitted_at" AS "submitted_at",
    "t12"."offer_viewed_at" AS "offer_viewed_at",
    "t12"."last_offer_viewed_at" AS "last_offer_viewed_at",
    "t12"."upgrade_at" AS "upgrade_at",
    "t12"."last_upgrade_at" AS "last_upgrade_at",
    "t12"."revenue_cents" AS "revenue_cents",
    "t12"."upgrade_currency" AS "upgrade_currency",
    "t12"."upgrades" AS "upgrades"
  FROM (
    SELECT
      "t4"."session_key" AS "session_key",
      any("t4"."session_id") AS "session_id",
      MIN("t4"."timestamp") AS "started_at",
      MAX("t4"."timestamp") AS "ended_at",
      COUNT(*) AS "events",
      MAX("t4"."is_bot") AS "is_bot",
      argMinIf(
        tuple("t4"."user_id"),
        tuple("t4"."timestamp", "t4"."event_id"),
        isNotNull("t4"."user_id")
      ).1 AS "user_id",
      argMin(
        tuple(tuple("t4"."visitor_id", "t4"."country", "t4"."region", "t4"."device")),
        tuple("t4"."timestamp", "t4"."event_id")
      ).1 AS "facts_0",
      argMinIf(
        tuple(tuple("t4"."source", "t4"."medium", "t4"."campaign", "t4"."referrer")),
        tuple("t4"."timestamp", "t4"."event_id"),
        "t4"."place" = 1
      ).1 AS "facts_1",
      argMaxIf(
        tuple(
          tuple(
            "t4"."job_title",
            "t4"."occupation",
            "t4"."industry",
            "t4"."experience",
            "t4"."education",
            "t4"."risk_level"
          )
        ),
        tuple("t4"."timestamp", "t4"."event_id"),
        "t4"."place" = 6
      ).1 AS "facts_2",
      minIf("t4"."timestamp", "t4"."place" = 1) AS "first_1",
      minIf("t4"."timestamp", "t4"."place" = 2) AS "first_2",
      minIf("t4"."timestamp", "t4"."place" = 3) AS "first_3",
      minIf("t4"."timestamp", "t4"."place" = 4) AS "first_4",
      minIf("t4"."timestamp", "t4"."place" = 5) AS "first_5",
      minIf("t4"."timestamp", "t4"."place" = 6) AS "first_6",
      minIf("t4"."timestamp", "t4"."place" = 7) AS "first_7",
      minIf("t4"."timestamp", "t4"."place" = 8) AS "first_8",
      minIf("t4"."timestamp", "t4"."place" = 1) AS "step_1_at",
      minIf("t4"."timestamp", "t4"."place" = 6) AS "first_submitted_at",
      maxIf("t4"."timestamp", "t4"."place" = 6) AS "submitted_at",
      minIf("t4"."timestamp", "t4"."place" = 7) AS "offer_viewed_at",
      maxIf("t4"."timestamp", "t4"."place" = 7) AS "last_offer_viewed_at",
      minIf("t4"."timestamp", "t4"."place" = 8) AS "upgrade_at",
      maxIf("t4"."timestamp", "t4"."place" = 8) AS "last_upgrade_at",
      sumIf("t4"."price_cents", "t4"."place" = 8) AS "revenue_cents",
      minIf("t4"."currency", "t4"."place" = 8) AS "upgrade_currency",
      SUM(CAST("t4"."place" = 8 AS Nullable(Int32))) AS "upgrades"
    FROM "t3" AS "t4"
    GROUP BY
      "t4"."session_key"
  ) AS "t12"
  LEFT ANTI JOIN "t5" AS "t8"
    ON "t12"."session_key" = "t8"."session_key"
), "t22" AS (
  SELECT
    "t21"."session_key" AS "session_key",
    "t21"."session_id" AS "session_id",
    "t21"."timestamp" AS "timestamp",
    "t21"."event_id" AS "event_id",
    "t21"."event_type" AS "event_type",
    "t21"."step" AS "step",
    "t21"."is_bot" AS "is_bot",
    "t21"."user_id" AS "user_id",
    "t21"."offer" AS "offer",
    "t21"."price_cents" AS "price_cents",
    "t21"."currency" AS "currency",
    "t21"."visitor_id" AS "visitor_id",
    "t21"."country" AS "country",
    "t21"."region" AS "region",
    "t21"."device" AS "device",
    "t21"."source" AS "source",
    "t21"."medium" AS "medium",
    "t21"."campaign" AS "campaign",
    "t21"."referrer" AS "referrer",
    "t21"."job_title" AS "job_title",
    "t21"."occupation" AS "occupation",
    "t21"."industry" AS "industry",
    "t21"."experience" AS "experience",
    "t21"."education" AS "education",
    "t21"."risk_level" AS "risk_level",
    "t21"."place" AS "place",
    "t21"."session_key_right" AS "session_key_right",
    "t21"."carried_run" AS "carried_run",
    "t21"."carried_no" AS "carried_no",
    "t21"."carried_until" AS "carried_until",
    "t21"."is_first" AS "is_first",
    "t21"."before" AS "before",
    "t21"."begun" AS "begun",
    MAX("t21"."begun") OVER (
      PARTITION BY "t21"."session_key"
      ORDER BY "t21"."timestamp" ASC, "t21"."event_id" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "run_started_at"
  FROM (
    SELECT
      "t20"."session_key" AS "session_key",
      "t20"."session_id" AS "session_id",
      "t20"."timestamp" AS "timestamp",
      "t20"."event_id" AS "event_id",
      "t20"."event_type" AS "event_type",
      "t20"."step" AS "step",
      "t20"."is_bot" AS "is_bot",
      "t20"."user_id" AS "user_id",
      "t20"."offer" AS "offer",
      "t20"."price_cents" AS "price_cents",
      "t20"."currency" AS "currency",
      "t20"."visitor_id" AS "visitor_id",
      "t20"."country" AS "country",
      "t20"."region" AS "region",
      "t20"."device" AS "device",
      "t20"."source" AS "source",
      "t20"."medium" AS "medium",
      "t20"."campaign" AS "campaign",
      "t20"."referrer" AS "referrer",
      "t20"."job_title" AS "job_title",
      "t20"."occupation" AS "occupation",
      "t20"."industry" AS "industry",
      "t20"."experience" AS "experience",
      "t20"."education" AS "education",
      "t20"."risk_level" AS "risk_level",
      "t20"."place" AS "place",
      "t20"."session_key_right" AS "session_key_right",
      "t20"."carried_run" AS "carried_run",
      "t20"."carried_no" AS "carried_no",
      "t20"."carried_until" AS "carried_until",
      "t20"."is_first" AS "is_first",
      "t20"."before" AS "before",
      CASE
        WHEN NOT (
          COALESCE((
            "t20"."timestamp" - "t20"."before"
          ) <= 1800000000, FALSE)
        )
        THEN "t20"."timestamp"
        WHEN "t20"."is_first"
        THEN "t20"."carried_run"
        ELSE NULL
      END AS "begun"
    FROM (
      SELECT
        "t19"."session_key" AS "session_key",
        "t19"."session_id" AS "session_id",
        "t19"."timestamp" AS "timestamp",
        "t19"."event_id" AS "event_id",
        "t19"."event_type" AS "event_type",
        "t19"."step" AS "step",
        "t19"."is_bot" AS "is_bot",
        "t19"."user_id" AS "user_id",
        "t19"."offer" AS "offer",
        "t19"."price_cents" AS "price_cents",
        "t19"."currency" AS "currency",
        "t19"."visitor_id" AS "visitor_id",
        "t19"."country" AS "country",
        "t19"."region" AS "region",
        "t19"."device" AS "device",
        "t19"."source" AS "source",
        "t19"."medium" AS "medium",
        "t19"."campaign" AS "campaign",
        "t19"."referrer" AS "referrer",
        "t19"."job_title" AS "job_title",
        "t19"."occupation" AS "occupation",
        "t19"."industry" AS "industry",
        "t19"."experience" AS "experience",
        "t19"."education" AS "education",
        "t19"."risk_level" AS "risk_level",
        "t19"."place" AS "place",
        "t19"."session_key_right" AS "session_key_right",
        "t19"."carried_run" AS "carried_run",
        "t19"."carried_no" AS "carried_no",
        "t19"."carried_until" AS "carried_until",
        (
          ROW_NUMBER() OVER (
            PARTITION BY "t19"."session_key"
            ORDER BY "t19"."timestamp" ASC, "t19"."event_id" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1
        ) = 0 AS "is_first",
        CASE
          WHEN (
            ROW_NUMBER() OVER (
              PARTITION BY "t19"."session_key"
              ORDER BY "t19"."timestamp" ASC, "t19"."event_id" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1
          ) = 0
          THEN "t19"."carried_until"
          ELSE lagInFrame("t19"."timestamp") OVER (
            PARTITION BY "t19"."session_key"
            ORDER BY "t19"."timestamp" ASC, "t19"."event_id" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          )
        END AS "before"
      FROM (
        SELECT
          "t6"."session_key" AS "session_key",
          "t6"."session_id" AS "session_id",
          "t6"."timestamp" AS "timestamp",
          "t6"."event_id" AS "event_id",
          "t6"."event_type" AS "event_type",
          "t6"."step" AS "step",
          "t6"."is_bot" AS "is_bot",
          "t6"."user_id" AS "user_id",
          "t6"."offer" AS "offer",
          "t6"."price_cents" AS "price_cents",
          "t6"."currency" AS "currency",
          "t6"."visitor_id" AS "visitor_id",
          "t6"."country" AS "country",
          "t6"."region" AS "region",
          "t6"."device" AS "device",
          "t6"."source" AS "source",
          "t6"."medium" AS "medium",
          "t6"."campaign" AS "campaign",
          "t6"."referrer" AS "referrer",
          "t6"."job_title" AS "job_title",
          "t6"."occupation" AS "occupation",
          "t6"."industry" AS "industry",
          "t6"."experience" AS "experience",
          "t6"."education" AS "education",
          "t6"."risk_level" AS "risk_level",
          "t6"."place" AS "place",
          "t9"."session_key" AS "session_key_right",
          "t9"."carried_run" AS "carried_run",
          "t9"."carried_no" AS "carried_no",
          "t9"."carried_until" AS "carried_until"
        FROM "t3" AS "t6"
        LEFT SEMI JOIN (
          SELECT
            *
          FROM (
            SELECT
              "t14"."session_key" AS "session_key"
            FROM "t13" AS "t14"
            WHERE
              NOT (
                NOT (
                  COALESCE((
                    "t14"."ended_at" - "t14"."started_at"
                  ) > 1800000000, FALSE)
                  OR COALESCE("t14"."upgrades" > 1, FALSE)
                  OR COALESCE("t14"."first_2" < "t14"."step_1_at", FALSE)
                  OR COALESCE(
                    "t14"."first_3" < CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END,
                    FALSE
                  )
                  OR COALESCE(
                    "t14"."first_4" < CASE
                      WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
                      THEN "t14"."first_3"
                      ELSE NULL
                    END,
                    FALSE
                  )
                  OR COALESCE(
                    "t14"."first_5" < CASE
                      WHEN "t14"."first_4" >= CASE
                        WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
                        THEN "t14"."first_3"
                        ELSE NULL
                      END
                      THEN "t14"."first_4"
                      ELSE NULL
                    END,
                    FALSE
                  )
                  OR COALESCE(
                    "t14"."first_6" < CASE
                      WHEN "t14"."first_5" >= CASE
                        WHEN "t14"."first_4" >= CASE
                          WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
                          THEN "t14"."first_3"
                          ELSE NULL
                        END
                        THEN "t14"."first_4"
                        ELSE NULL
                      END
                      THEN "t14"."first_5"
                      ELSE NULL
                    END,
                    FALSE
                  )
                  OR COALESCE(
                    "t14"."first_7" < CASE
                      WHEN "t14"."first_6" >= CASE
                        WHEN "t14"."first_5" >= CASE
                          WHEN "t14"."first_4" >= CASE
                            WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
                            THEN "t14"."first_3"
                            ELSE NULL
                          END
                          THEN "t14"."first_4"
                          ELSE NULL
                        END
                        THEN "t14"."first_5"
                        ELSE NULL
                      END
                      THEN "t14"."first_6"
                      ELSE NULL
                    END,
                    FALSE
                  )
                  OR COALESCE(
                    "t14"."first_8" < CASE
                      WHEN "t14"."first_7" >= CASE
                        WHEN "t14"."first_6" >= CASE
                          WHEN "t14"."first_5" >= CASE
                            WHEN "t14"."first_4" >= CASE
                              WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
                              THEN "t14"."first_3"
                              ELSE NULL
                            END
                            THEN "t14"."first_4"
                            ELSE NULL
                          END
                          THEN "t14"."first_5"
                          ELSE NULL
                        END
                        THEN "t14"."first_6"
                        ELSE NULL
                      END
                      THEN "t14"."first_7"
                      ELSE NULL
                    END,
                    FALSE
                  )
                )
              )
          ) AS "t16"
          UNION ALL
          SELECT
            *
          FROM (
            SELECT
              "t7"."session_key" AS "session_key"
            FROM "t5" AS "t7"
          ) AS "t10"
        ) AS "t18"
          ON "t6"."session_key" = "t18"."session_key"
        LEFT OUTER JOIN "t5" AS "t9"
          ON "t6"."session_key" = "t9"."session_key"
      ) AS "t19"
    ) AS "t20"
  ) AS "t21"
)
SELECT
  *
FROM (
  SELECT
    *
  FROM (
    SELECT
      "t14"."session_key" AS "session_key",
      "t14"."session_id" AS "session_id",
      "t14"."started_at" AS "run_started_at",
      0 AS "session_no",
      "t14"."started_at" AS "started_at",
      "t14"."ended_at" AS "ended_at",
      "t14"."events" AS "events",
      "t14"."is_bot" AS "is_bot",
      CAST("t14"."facts_0".1 AS Nullable(String)) AS "visitor_id",
      "t14"."user_id" AS "user_id",
      CAST("t14"."facts_0".2 AS Nullable(String)) AS "country",
      CAST("t14"."facts_0".3 AS Nullable(String)) AS "region",
      CAST("t14"."facts_0".4 AS Nullable(String)) AS "device",
      CAST("t14"."facts_1".1 AS Nullable(String)) AS "source",
      CAST("t14"."facts_1".2 AS Nullable(String)) AS "medium",
      CAST("t14"."facts_1".3 AS Nullable(String)) AS "campaign",
      CAST("t14"."facts_1".4 AS Nullable(String)) AS "referrer",
      "t14"."step_1_at" AS "step_1_at",
      CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END AS "step_2_at",
      CASE
        WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
        THEN "t14"."first_3"
        ELSE NULL
      END AS "step_3_at",
      CASE
        WHEN "t14"."first_4" >= CASE
          WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
          THEN "t14"."first_3"
          ELSE NULL
        END
        THEN "t14"."first_4"
        ELSE NULL
      END AS "step_4_at",
      CASE
        WHEN "t14"."first_5" >= CASE
          WHEN "t14"."first_4" >= CASE
            WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
            THEN "t14"."first_3"
            ELSE NULL
          END
          THEN "t14"."first_4"
          ELSE NULL
        END
        THEN "t14"."first_5"
        ELSE NULL
      END AS "step_5_at",
      CASE
        WHEN "t14"."first_6" >= CASE
          WHEN "t14"."first_5" >= CASE
            WHEN "t14"."first_4" >= CASE
              WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
              THEN "t14"."first_3"
              ELSE NULL
            END
            THEN "t14"."first_4"
            ELSE NULL
          END
          THEN "t14"."first_5"
          ELSE NULL
        END
        THEN "t14"."first_6"
        ELSE NULL
      END AS "step_6_at",
      CASE
        WHEN "t14"."first_7" >= CASE
          WHEN "t14"."first_6" >= CASE
            WHEN "t14"."first_5" >= CASE
              WHEN "t14"."first_4" >= CASE
                WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
                THEN "t14"."first_3"
                ELSE NULL
              END
              THEN "t14"."first_4"
              ELSE NULL
            END
            THEN "t14"."first_5"
            ELSE NULL
          END
          THEN "t14"."first_6"
          ELSE NULL
        END
        THEN "t14"."first_7"
        ELSE NULL
      END AS "step_7_at",
      CASE
        WHEN "t14"."first_8" >= CASE
          WHEN "t14"."first_7" >= CASE
            WHEN "t14"."first_6" >= CASE
              WHEN "t14"."first_5" >= CASE
                WHEN "t14"."first_4" >= CASE
                  WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
                  THEN "t14"."first_3"
                  ELSE NULL
                END
                THEN "t14"."first_4"
                ELSE NULL
              END
              THEN "t14"."first_5"
              ELSE NULL
            END
            THEN "t14"."first_6"
            ELSE NULL
          END
          THEN "t14"."first_7"
          ELSE NULL
        END
        THEN "t14"."first_8"
        ELSE NULL
      END AS "step_8_at",
      "t14"."first_submitted_at" AS "first_submitted_at",
      "t14"."submitted_at" AS "submitted_at",
      CAST("t14"."facts_2".1 AS Nullable(String)) AS "job_title",
      CAST("t14"."facts_2".2 AS Nullable(String)) AS "occupation",
      CAST("t14"."facts_2".3 AS Nullable(String)) AS "industry",
      CAST("t14"."facts_2".4 AS Nullable(String)) AS "experience",
      CAST("t14"."facts_2".5 AS Nullable(String)) AS "education",
      CAST("t14"."facts_2".6 AS Nullable(String)) AS "risk_level",
      "t14"."offer_viewed_at" AS "offer_viewed_at",
      "t14"."last_offer_viewed_at" AS "last_offer_viewed_at",
      "t14"."upgrade_at" AS "upgrade_at",
      "t14"."last_upgrade_at" AS "last_upgrade_at",
      CONCAT(
        CONCAT("t14"."upgrade_currency", ':'),
        CAST("t14"."revenue_cents" AS Nullable(String))
      ) AS "revenue"
    FROM "t13" AS "t14"
    WHERE
      NOT (
        COALESCE((
          "t14"."ended_at" - "t14"."started_at"
        ) > 1800000000, FALSE)
        OR COALESCE("t14"."upgrades" > 1, FALSE)
        OR COALESCE("t14"."first_2" < "t14"."step_1_at", FALSE)
        OR COALESCE(
          "t14"."first_3" < CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END,
          FALSE
        )
        OR COALESCE(
          "t14"."first_4" < CASE
            WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
            THEN "t14"."first_3"
            ELSE NULL
          END,
          FALSE
        )
        OR COALESCE(
          "t14"."first_5" < CASE
            WHEN "t14"."first_4" >= CASE
              WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
              THEN "t14"."first_3"
              ELSE NULL
            END
            THEN "t14"."first_4"
            ELSE NULL
          END,
          FALSE
        )
        OR COALESCE(
          "t14"."first_6" < CASE
            WHEN "t14"."first_5" >= CASE
              WHEN "t14"."first_4" >= CASE
                WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
                THEN "t14"."first_3"
                ELSE NULL
              END
              THEN "t14"."first_4"
              ELSE NULL
            END
            THEN "t14"."first_5"
            ELSE NULL
          END,
          FALSE
        )
        OR COALESCE(
          "t14"."first_7" < CASE
            WHEN "t14"."first_6" >= CASE
              WHEN "t14"."first_5" >= CASE
                WHEN "t14"."first_4" >= CASE
                  WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
                  THEN "t14"."first_3"
                  ELSE NULL
                END
                THEN "t14"."first_4"
                ELSE NULL
              END
              THEN "t14"."first_5"
              ELSE NULL
            END
            THEN "t14"."first_6"
            ELSE NULL
          END,
          FALSE
        )
        OR COALESCE(
          "t14"."first_8" < CASE
            WHEN "t14"."first_7" >= CASE
              WHEN "t14"."first_6" >= CASE
                WHEN "t14"."first_5" >= CASE
                  WHEN "t14"."first_4" >= CASE
                    WHEN "t14"."first_3" >= CASE WHEN "t14"."first_2" >= "t14"."step_1_at" THEN "t14"."first_2" ELSE NULL END
                    THEN "t14"."first_3"
                    ELSE NULL
                  END
                  THEN "t14"."first_4"
                  ELSE NULL
                END
                THEN "t14"."first_5"
                ELSE NULL
              END
              THEN "t14"."first_6"
              ELSE NULL
            END
            THEN "t14"."first_7"
            ELSE NULL
          END,
          FALSE
        )
      )
  ) AS "t15"
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      "t38"."session_key" AS "session_key",
      "t38"."session_id" AS "session_id",
      "t38"."run_started_at" AS "run_started_at",
      "t38"."session_no" AS "session_no",
      "t38"."started_at" AS "started_at",
      "t38"."ended_at" AS "ended_at",
      "t38"."events" AS "events",
      "t38"."is_bot" AS "is_bot",
      CAST("t38"."facts_0".1 AS Nullable(String)) AS "visitor_id",
      "t38"."user_id" AS "user_id",
      CAST("t38"."facts_0".2 AS Nullable(String)) AS "country",
      CAST("t38"."facts_0".3 AS Nullable(String)) AS "region",
      CAST("t38"."facts_0".4 AS Nullable(String)) AS "device",
      CAST("t38"."facts_1".1 AS Nullable(String)) AS "source",
      CAST("t38"."facts_1".2 AS Nullable(String)) AS "medium",
      CAST("t38"."facts_1".3 AS Nullable(String)) AS "campaign",
      CAST("t38"."facts_1".4 AS Nullable(String)) AS "referrer",
      "t38"."step_1_at" AS "step_1_at",
      "t38"."step_2_at" AS "step_2_at",
      "t38"."step_3_at" AS "step_3_at",
      "t38"."step_4_at" AS "step_4_at",
      "t38"."step_5_at" AS "step_5_at",
      "t38"."step_6_at" AS "step_6_at",
      "t38"."step_7_at" AS "step_7_at",
      CASE
        WHEN (
          length(
            arrayFilter(
              __ibis_param_instant__ -> __ibis_param_instant__ >= "t38"."step_7_at",
              "t38"."times_8"
            )
          ) > 0
        )
        AND isNotNull("t38"."step_7_at")
        THEN arrayReduce(
          'min',
          arrayFilter(
            "x" -> "x" IS NOT NULL,
            arrayFilter(
              __ibis_param_instant__ -> __ibis_param_instant__ >= "t38"."step_7_at",
              "t38"."times_8"
            )
          )
        )
        ELSE NULL
      END AS "step_8_at",
      "t38"."first_submitted_at" AS "first_submitted_at",
      "t38"."submitted_at" AS "submitted_at",
      CAST("t38"."facts_2".1 AS Nullable(String)) AS "job_title",
      CAST("t38"."facts_2".2 AS Nullable(String)) AS "occupation",
      CAST("t38"."facts_2".3 AS Nullable(String)) AS "industry",
      CAST("t38"."facts_2".4 AS Nullable(String)) AS "experience",
      CAST("t38"."facts_2".5 AS Nullable(String)) AS "education",
      CAST("t38"."facts_2".6 AS Nullable(String)) AS "risk_level",
      "t38"."offer_viewed_at" AS "offer_viewed_at",
      "t38"."last_offer_viewed_at" AS "last_offer_viewed_at",
      "t38"."upgrade_at" AS "upgrade_at",
      "t38"."last_upgrade_at" AS "last_upgrade_at",
      "t38"."revenue" AS "revenue"
    FROM (
      SELECT
        "t37"."session_key" AS "session_key",
        "t37"."run_started_at" AS "run_started_at",
        "t37"."session_no" AS "session_no",
        "t37"."session_id" AS "session_id",
        "t37"."started_at" AS "started_at",
        "t37"."ended_at" AS "ended_at",
        "t37"."events" AS "events",
        "t37"."is_bot" AS "is_bot",
        "t37"."user_id" AS "user_id",
        "t37"."facts_0" AS "facts_0",
        "t37"."facts_1" AS "facts_1",
        "t37"."facts_2" AS "facts_2",
        "t37"."first_1" AS "first_1",
        "t37"."first_2" AS "first_2",
        "t37"."first_3" AS "first_3",
        "t37"."first_4" AS "first_4",
        "t37"."first_5" AS "first_5",
        "t37"."first_6" AS "first_6",
        "t37"."first_7" AS "first_7",
        "t37"."first_8" AS "first_8",
        "t37"."step_1_at" AS "step_1_at",
        "t37"."first_submitted_at" AS "first_submitted_at",
        "t37"."submitted_at" AS "submitted_at",
        "t37"."offer_viewed_at" AS "offer_viewed_at",
        "t37"."last_offer_viewed_at" AS "last_offer_viewed_at",
        "t37"."upgrade_at" AS "upgrade_at",
        "t37"."last_upgrade_at" AS "last_upgrade_at",
        "t37"."times_2" AS "times_2",
        "t37"."times_3" AS "times_3",
        "t37"."times_4" AS "times_4",
        "t37"."times_5" AS "times_5",
        "t37"."times_6" AS "times_6",
        "t37"."times_7" AS "times_7",
        "t37"."times_8" AS "times_8",
        "t37"."revenue" AS "revenue",
        "t37"."step_2_at" AS "step_2_at",
        "t37"."step_3_at" AS "step_3_at",
        "t37"."step_4_at" AS "step_4_at",
        "t37"."step_5_at" AS "step_5_at",
        "t37"."step_6_at" AS "step_6_at",
        CASE
          WHEN (
            length(
              arrayFilter(
                __ibis_param_instant__ -> __ibis_param_instant__ >= "t37"."step_6_at",
                "t37"."times_7"
              )
            ) > 0
          )
          AND isNotNull("t37"."step_6_at")
          THEN arrayReduce(
            'min',
            arrayFilter(
              "x" -> "x" IS NOT NULL,
              arrayFilter(
                __ibis_param_instant__ -> __ibis_param_instant__ >= "t37"."step_6_at",
                "t37"."times_7"
              )
            )
          )
          ELSE NULL
        END AS "step_7_at"
      FROM (
        SELECT
          "t36"."session_key" AS "session_key",
          "t36"."run_started_at" AS "run_started_at",
          "t36"."session_no" AS "session_no",
          "t36"."session_id" AS "session_id",
          "t36"."started_at" AS "started_at",
          "t36"."ended_at" AS "ended_at",
          "t36"."events" AS "events",
          "t36"."is_bot" AS "is_bot",
          "t36"."user_id" AS "user_id",
          "t36"."facts_0" AS "facts_0",
          "t36"."facts_1" AS "facts_1",
          "t36"."facts_2" AS "facts_2",
          "t36"."first_1" AS "first_1",
          "t36"."first_2" AS "first_2",
          "t36"."first_3" AS "first_3",
          "t36"."first_4" AS "first_4",
          "t36"."first_5" AS "first_5",
          "t36"."first_6" AS "first_6",
          "t36"."first_7" AS "first_7",
          "t36"."first_8" AS "first_8",
          "t36"."step_1_at" AS "step_1_at",
          "t36"."first_submitted_at" AS "first_submitted_at",
          "t36"."submitted_at" AS "submitted_at",
          "t36"."offer_viewed_at" AS "offer_viewed_at",
          "t36"."last_offer_viewed_at" AS "last_offer_viewed_at",
          "t36"."upgrade_at" AS "upgrade_at",
          "t36"."last_upgrade_at" AS "last_upgrade_at",
          "t36"."times_2" AS "times_2",
          "t36"."times_3" AS "times_3",
          "t36"."times_4" AS "times_4",
          "t36"."times_5" AS "times_5",
          "t36"."times_6" AS "times_6",
          "t36"."times_7" AS "times_7",
          "t36"."times_8" AS "times_8",
          "t36"."revenue" AS "revenue",
          "t36"."step_2_at" AS "step_2_at",
          "t36"."step_3_at" AS "step_3_at",
          "t36"."step_4_at" AS "step_4_at",
          "t36"."step_5_at" AS "step_5_at",
          CASE
            WHEN (
              length(
                arrayFilter(
                  __ibis_param_instant__ -> __ibis_param_instant__ >= "t36"."step_5_at",
                  "t36"."times_6"
                )
              ) > 0
            )
            AND isNotNull("t36"."step_5_at")
            THEN arrayReduce(
              'min',
              arrayFilter(
                "x" -> "x" IS NOT NULL,
                arrayFilter(
                  __ibis_param_instant__ -> __ibis_param_instant__ >= "t36"."step_5_at",
                  "t36"."times_6"
                )
              )
            )
            ELSE NULL
          END AS "step_6_at"
        FROM (
          SELECT
            "t35"."session_key" AS "session_key",
            "t35"."run_started_at" AS "run_started_at",
            "t35"."session_no" AS "session_no",
            "t35"."session_id" AS "session_id",
            "t35"."started_at" AS "started_at",
            "t35"."ended_at" AS "ended_at",
            "t35"."events" AS "events",
            "t35"."is_bot" AS "is_bot",
            "t35"."user_id" AS "user_id",
            "t35"."facts_0" AS "facts_0",
            "t35"."facts_1" AS "facts_1",
            "t35"."facts_2" AS "facts_2",
            "t35"."first_1" AS "first_1",
            "t35"."first_2" AS "first_2",
            "t35"."first_3" AS "first_3",
            "t35"."first_4" AS "first_4",
            "t35"."first_5" AS "first_5",
            "t35"."first_6" AS "first_6",
            "t35"."first_7" AS "first_7",
            "t35"."first_8" AS "first_8",
            "t35"."step_1_at" AS "step_1_at",
            "t35"."first_submitted_at" AS "first_submitted_at",
            "t35"."submitted_at" AS "submitted_at",
            "t35"."offer_viewed_at" AS "offer_viewed_at",
            "t35"."last_offer_viewed_at" AS "last_offer_viewed_at",
            "t35"."upgrade_at" AS "upgrade_at",
            "t35"."last_upgrade_at" AS "last_upgrade_at",
            "t35"."times_2" AS "times_2",
            "t35"."times_3" AS "times_3",
            "t35"."times_4" AS "times_4",
            "t35"."times_5" AS "times_5",
            "t35"."times_6" AS "times_6",
            "t35"."times_7" AS "times_7",
            "t35"."times_8" AS "times_8",
            "t35"."revenue" AS "revenue",
            "t35"."step_2_at" AS "step_2_at",
            "t35"."step_3_at" AS "step_3_at",
            "t35"."step_4_at" AS "step_4_at",
            CASE
              WHEN (
                length(
                  arrayFilter(
                    __ibis_param_instant__ -> __ibis_param_instant__ >= "t35"."step_4_at",
                    "t35"."times_5"
                  )
                ) > 0
              )
              AND isNotNull("t35"."step_4_at")
              THEN arrayReduce(
                'min',
                arrayFilter(
                  "x" -> "x" IS NOT NULL,
                  arrayFilter(
                    __ibis_param_instant__ -> __ibis_param_instant__ >= "t35"."step_4_at",
                    "t35"."times_5"
                  )
                )
              )
              ELSE NULL
            END AS "step_5_at"
          FROM (
            SELECT
              "t34"."session_key" AS "session_key",
              "t34"."run_started_at" AS "run_started_at",
              "t34"."session_no" AS "session_no",
              "t34"."session_id" AS "session_id",
              "t34"."started_at" AS "started_at",
              "t34"."ended_at" AS "ended_at",
              "t34"."events" AS "events",
              "t34"."is_bot" AS "is_bot",
              "t34"."user_id" AS "user_id",
              "t34"."facts_0" AS "facts_0",
              "t34"."facts_1" AS "facts_1",
              "t34"."facts_2" AS "facts_2",
              "t34"."first_1" AS "first_1",
              "t34"."first_2" AS "first_2",
              "t34"."first_3" AS "first_3",
              "t34"."first_4" AS "first_4",
              "t34"."first_5" AS "first_5",
              "t34"."first_6" AS "first_6",
              "t34"."first_7" AS "first_7",
              "t34"."first_8" AS "first_8",
              "t34"."step_1_at" AS "step_1_at",
              "t34"."first_submitted_at" AS "first_submitted_at",
              "t34"."submitted_at" AS "submitted_at",
              "t34"."offer_viewed_at" AS "offer_viewed_at",
              "t34"."last_offer_viewed_at" AS "last_offer_viewed_at",
              "t34"."upgrade_at" AS "upgrade_at",
              "t34"."last_upgrade_at" AS "last_upgrade_at",
              "t34"."times_2" AS "times_2",
              "t34"."times_3" AS "times_3",
              "t34"."times_4" AS "times_4",
              "t34"."times_5" AS "times_5",
              "t34"."times_6" AS "times_6",
              "t34"."times_7" AS "times_7",
              "t34"."times_8" AS "times_8",
              "t34"."revenue" AS "revenue",
              "t34"."step_2_at" AS "step_2_at",
              "t34"."step_3_at" AS "step_3_at",
              CASE
                WHEN (
                  length(
                    arrayFilter(
                      __ibis_param_instant__ -> __ibis_param_instant__ >= "t34"."step_3_at",
                      "t34"."times_4"
                    )
                  ) > 0
                )
                AND isNotNull("t34"."step_3_at")
                THEN arrayReduce(
                  'min',
                  arrayFilter(
                    "x" -> "x" IS NOT NULL,
                    arrayFilter(
                      __ibis_param_instant__ -> __ibis_param_instant__ >= "t34"."step_3_at",
                      "t34"."times_4"
                    )
                  )
                )
                ELSE NULL
              END AS "step_4_at"
            FROM (
              SELECT
                "t33"."session_key" AS "session_key",
                "t33"."run_started_at" AS "run_started_at",
                "t33"."session_no" AS "session_no",
                "t33"."session_id" AS "session_id",
                "t33"."started_at" AS "started_at",
                "t33"."ended_at" AS "ended_at",
                "t33"."events" AS "events",
                "t33"."is_bot" AS "is_bot",
                "t33"."user_id" AS "user_id",
                "t33"."facts_0" AS "facts_0",
                "t33"."facts_1" AS "facts_1",
                "t33"."facts_2" AS "facts_2",
                "t33"."first_1" AS "first_1",
                "t33"."first_2" AS "first_2",
                "t33"."first_3" AS "first_3",
                "t33"."first_4" AS "first_4",
                "t33"."first_5" AS "first_5",
                "t33"."first_6" AS "first_6",
                "t33"."first_7" AS "first_7",
                "t33"."first_8" AS "first_8",
                "t33"."step_1_at" AS "step_1_at",
                "t33"."first_submitted_at" AS "first_submitted_at",
                "t33"."submitted_at" AS "submitted_at",
                "t33"."offer_viewed_at" AS "offer_viewed_at",
                "t33"."last_offer_viewed_at" AS "last_offer_viewed_at",
                "t33"."upgrade_at" AS "upgrade_at",
                "t33"."last_upgrade_at" AS "last_upgrade_at",
                "t33"."times_2" AS "times_2",
                "t33"."times_3" AS "times_3",
                "t33"."times_4" AS "times_4",
                "t33"."times_5" AS "times_5",
                "t33"."times_6" AS "times_6",
                "t33"."times_7" AS "times_7",
                "t33"."times_8" AS "times_8",
                "t33"."revenue" AS "revenue",
                "t33"."step_2_at" AS "step_2_at",
                CASE
                  WHEN (
                    length(
                      arrayFilter(
                        __ibis_param_instant__ -> __ibis_param_instant__ >= "t33"."step_2_at",
                        "t33"."times_3"
                      )
                    ) > 0
                  )
                  AND isNotNull("t33"."step_2_at")
                  THEN arrayReduce(
                    'min',
                    arrayFilter(
                      "x" -> "x" IS NOT NULL,
                      arrayFilter(
                        __ibis_param_instant__ -> __ibis_param_instant__ >= "t33"."step_2_at",
                        "t33"."times_3"
                      )
                    )
                  )
                  ELSE NULL
                END AS "step_3_at"
              FROM (
                SELECT
                  "t32"."session_key" AS "session_key",
                  "t32"."run_started_at" AS "run_started_at",
                  "t32"."session_no" AS "session_no",
                  "t32"."session_id" AS "session_id",
                  "t32"."started_at" AS "started_at",
                  "t32"."ended_at" AS "ended_at",
                  "t32"."events" AS "events",
                  "t32"."is_bot" AS "is_bot",
                  "t32"."user_id" AS "user_id",
                  "t32"."facts_0" AS "facts_0",
                  "t32"."facts_1" AS "facts_1",
                  "t32"."facts_2" AS "facts_2",
                  "t32"."first_1" AS "first_1",
                  "t32"."first_2" AS "first_2",
                  "t32"."first_3" AS "first_3",
                  "t32"."first_4" AS "first_4",
                  "t32"."first_5" AS "first_5",
                  "t32"."first_6" AS "first_6",
                  "t32"."first_7" AS "first_7",
                  "t32"."first_8" AS "first_8",
                  "t32"."step_1_at" AS "step_1_at",
                  "t32"."first_submitted_at" AS "first_submitted_at",
                  "t32"."submitted_at" AS "submitted_at",
                  "t32"."offer_viewed_at" AS "offer_viewed_at",
                  "t32"."last_offer_viewed_at" AS "last_offer_viewed_at",
                  "t32"."upgrade_at" AS "upgrade_at",
                  "t32"."last_upgrade_at" AS "last_upgrade_at",
                  "t32"."times_2" AS "times_2",
                  "t32"."times_3" AS "times_3",
                  "t32"."times_4" AS "times_4",
                  "t32"."times_5" AS "times_5",
                  "t32"."times_6" AS "times_6",
                  "t32"."times_7" AS "times_7",
                  "t32"."times_8" AS "times_8",
                  "t32"."revenue" AS "revenue",
                  CASE
                    WHEN (
                      length(
                        arrayFilter(
                          __ibis_param_instant__ -> __ibis_param_instant__ >= "t32"."step_1_at",
                          "t32"."times_2"
                        )
                      ) > 0
                    )
                    AND isNotNull("t32"."step_1_at")
                    THEN arrayReduce(
                      'min',
                      arrayFilter(
                        "x" -> "x" IS NOT NULL,
                        arrayFilter(
                          __ibis_param_instant__ -> __ibis_param_instant__ >= "t32"."step_1_at",
                          "t32"."times_2"
                        )
                      )
                    )
                    ELSE NULL
                  END AS "step_2_at"
                FROM (
                  SELECT
                    "t28"."session_key" AS "session_key",
                    "t28"."run_started_at" AS "run_started_at",
                    "t28"."session_no" AS "session_no",
                    "t28"."session_id" AS "session_id",
                    "t28"."started_at" AS "started_at",
                    "t28"."ended_at" AS "ended_at",
                    "t28"."events" AS "events",
                    "t28"."is_bot" AS "is_bot",
                    "t28"."user_id" AS "user_id",
                    "t28"."facts_0" AS "facts_0",
                    "t28"."facts_1" AS "facts_1",
                    "t28"."facts_2" AS "facts_2",
                    "t28"."first_1" AS "first_1",
                    "t28"."first_2" AS "first_2",
                    "t28"."first_3" AS "first_3",
                    "t28"."first_4" AS "first_4",
                    "t28"."first_5" AS "first_5",
                    "t28"."first_6" AS "first_6",
                    "t28"."first_7" AS "first_7",
                    "t28"."first_8" AS "first_8",
                    "t28"."step_1_at" AS "step_1_at",
                    "t28"."first_submitted_at" AS "first_submitted_at",
                    "t28"."submitted_at" AS "submitted_at",
                    "t28"."offer_viewed_at" AS "offer_viewed_at",
                    "t28"."last_offer_viewed_at" AS "last_offer_viewed_at",
                    "t28"."upgrade_at" AS "upgrade_at",
                    "t28"."last_upgrade_at" AS "last_upgrade_at",
                    "t28"."times_2" AS "times_2",
                    "t28"."times_3" AS "times_3",
                    "t28"."times_4" AS "times_4",
                    "t28"."times_5" AS "times_5",
                    "t28"."times_6" AS "times_6",
                    "t28"."times_7" AS "times_7",
                    "t28"."times_8" AS "times_8",
                    "t31"."revenue" AS "revenue"
                  FROM (
                    SELECT
                      "t24"."session_key" AS "session_key",
                      "t24"."run_started_at" AS "run_started_at",
                      "t24"."session_no" AS "session_no",
                      any("t24"."session_id") AS "session_id",
                      MIN("t24"."timestamp") AS "started_at",
                      MAX("t24"."timestamp") AS "ended_at",
                      COUNT(*) AS "events",
                      MAX("t24"."is_bot") AS "is_bot",
                      argMinIf(
                        tuple("t24"."user_id"),
                        tuple("t24"."timestamp", "t24"."event_id"),
                        isNotNull("t24"."user_id")
                      ).1 AS "user_id",
                      argMin(
                        tuple(tuple("t24"."visitor_id", "t24"."country", "t24"."region", "t24"."device")),
                        tuple("t24"."timestamp", "t24"."event_id")
                      ).1 AS "facts_0",
                      argMinIf(
                        tuple(tuple("t24"."source", "t24"."medium", "t24"."campaign", "t24"."referrer")),
                        tuple("t24"."timestamp", "t24"."event_id"),
                        "t24"."place" = 1
                      ).1 AS "facts_1",
                      argMaxIf(
                        tuple(
                          tuple(
                            "t24"."job_title",
                            "t24"."occupation",
                            "t24"."industry",
                            "t24"."experience",
                            "t24"."education",
                            "t24"."risk_level"
                          )
                        ),
                        tuple("t24"."timestamp", "t24"."event_id"),
                        "t24"."place" = 6
                      ).1 AS "facts_2",
                      minIf("t24"."timestamp", "t24"."place" = 1) AS "first_1",
                      minIf("t24"."timestamp", "t24"."place" = 2) AS "first_2",
                      minIf("t24"."timestamp", "t24"."place" = 3) AS "first_3",
                      minIf("t24"."timestamp", "t24"."place" = 4) AS "first_4",
                      minIf("t24"."timestamp", "t24"."place" = 5) AS "first_5",
                      minIf("t24"."timestamp", "t24"."place" = 6) AS "first_6",
                      minIf("t24"."timestamp", "t24"."place" = 7) AS "first_7",
                      minIf("t24"."timestamp", "t24"."place" = 8) AS "first_8",
                      minIf("t24"."timestamp", "t24"."place" = 1) AS "step_1_at",
                      minIf("t24"."timestamp", "t24"."place" = 6) AS "first_submitted_at",
                      maxIf("t24"."timestamp", "t24"."place" = 6) AS "submitted_at",
                      minIf("t24"."timestamp", "t24"."place" = 7) AS "offer_viewed_at",
                      maxIf("t24"."timestamp", "t24"."place" = 7) AS "last_offer_viewed_at",
                      minIf("t24"."timestamp", "t24"."place" = 8) AS "upgrade_at",
                      maxIf("t24"."timestamp", "t24"."place" = 8) AS "last_upgrade_at",
                      groupArrayIf("t24"."timestamp", "t24"."place" = 2) AS "times_2",
                      groupArrayIf("t24"."timestamp", "t24"."place" = 3) AS "times_3",
                      groupArrayIf("t24"."timestamp", "t24"."place" = 4) AS "times_4",
                      groupArrayIf("t24"."timestamp", "t24"."place" = 5) AS "times_5",
                      groupArrayIf("t24"."timestamp", "t24"."place" = 6) AS "times_6",
                      groupArrayIf("t24"."timestamp", "t24"."place" = 7) AS "times_7",
                      groupArrayIf("t24"."timestamp", "t24"."place" = 8) AS "times_8"
                    FROM (
                      SELECT
                        "t23"."session_key" AS "session_key",
                        "t23"."session_id" AS "session_id",
                        "t23"."timestamp" AS "timestamp",
                        "t23"."event_id" AS "event_id",
                        "t23"."event_type" AS "event_type",
                        "t23"."step" AS "step",
                        "t23"."is_bot" AS "is_bot",
                        "t23"."user_id" AS "user_id",
                        "t23"."offer" AS "offer",
                        "t23"."price_cents" AS "price_cents",
                        "t23"."currency" AS "currency",
                        "t23"."visitor_id" AS "visitor_id",
                        "t23"."country" AS "country",
                        "t23"."region" AS "region",
                        "t23"."device" AS "device",
                        "t23"."source" AS "source",
                        "t23"."medium" AS "medium",
                        "t23"."campaign" AS "campaign",
                        "t23"."referrer" AS "referrer",
                        "t23"."job_title" AS "job_title",
                        "t23"."occupation" AS "occupation",
                        "t23"."industry" AS "industry",
                        "t23"."experience" AS "experience",
                        "t23"."education" AS "education",
                        "t23"."risk_level" AS "risk_level",
                        "t23"."place" AS "place",
                        "t23"."session_key_right" AS "session_key_right",
                        "t23"."carried_run" AS "carried_run",
                        "t23"."carried_no" AS "carried_no",
                        "t23"."carried_until" AS "carried_until",
                        "t23"."is_first" AS "is_first",
                        "t23"."before" AS "before",
                        "t23"."begun" AS "begun",
                        "t23"."run_started_at" AS "run_started_at",
                        CAST(FLOOR((
                          "t23"."timestamp" - "t23"."run_started_at"
                        ) / (
                          86400000000
                        )) AS Nullable(Int64)) AS "session_no"
                      FROM "t22" AS "t23"
                      WHERE
                        NOT (
                          COALESCE(
                            (
                              "t23"."run_started_at" = "t23"."carried_run"
                            )
                            AND (
                              CAST(FLOOR((
                                "t23"."timestamp" - "t23"."run_started_at"
                              ) / (
                                86400000000
                              )) AS Nullable(Int64)) <= "t23"."carried_no"
                            ),
                            FALSE
                          )
                        )
                    ) AS "t24"
                    GROUP BY
                      "t24"."session_key",
                      "t24"."run_started_at",
                      "t24"."session_no"
                  ) AS "t28"
                  LEFT OUTER JOIN (
                    SELECT
                      "t29"."session_key" AS "session_key",
                      "t29"."run_started_at" AS "run_started_at",
                      "t29"."session_no" AS "session_no",
                      CASE
                        WHEN length(arraySort(groupArray("t29"."amount"))) > 0
                        THEN arrayStringConcat(arraySort(groupArray("t29"."amount")), ' ')
                        ELSE NULL
                      END AS "revenue"
                    FROM (
                      SELECT
                        "t26"."session_key" AS "session_key",
                        "t26"."run_started_at" AS "run_started_at",
                        "t26"."session_no" AS "session_no",
                        "t26"."currency" AS "currency",
                        "t26"."cents" AS "cents",
                        CONCAT(CONCAT("t26"."currency", ':'), CAST("t26"."cents" AS Nullable(String))) AS "amount"
                      FROM (
                        SELECT
                          "t25"."session_key" AS "session_key",
                          "t25"."run_started_at" AS "run_started_at",
                          "t25"."session_no" AS "session_no",
                          "t25"."currency" AS "currency",
                          SUM("t25"."price_cents") AS "cents"
                        FROM (
                          SELECT DISTINCT
                            "t23"."session_key" AS "session_key",
                            "t23"."run_started_at" AS "run_started_at",
                            CAST(FLOOR((
                              "t23"."timestamp" - "t23"."run_started_at"
                            ) / (
                              86400000000
                            )) AS Nullable(Int64)) AS "session_no",
                            "t23"."offer" AS "offer",
                            "t23"."currency" AS "currency",
                            "t23"."price_cents" AS "price_cents"
                          FROM "t22" AS "t23"
                          WHERE
                            NOT (
                              COALESCE(
                                (
                                  "t23"."run_started_at" = "t23"."carried_run"
                                )
                                AND (
                                  CAST(FLOOR((
                                    "t23"."timestamp" - "t23"."run_started_at"
                                  ) / (
                                    86400000000
                                  )) AS Nullable(Int64)) <= "t23"."carried_no"
                                ),
                                FALSE
                              )
                            )
                            AND "t23"."place" = 8
                            AND isNotNull("t23"."price_cents")
                        ) AS "t25"
                        GROUP BY
                          "t25"."session_key",
                          "t25"."run_started_at",
                          "t25"."session_no",
                          "t25"."currency"
                      ) AS "t26"
                    ) AS "t29"
                    GROUP BY
                      "t29"."session_key",
                      "t29"."run_started_at",
                      "t29"."session_no"
                  ) AS "t31"
                    ON "t28"."session_key" = "t31"."session_key"
                    AND "t28"."run_started_at" = "t31"."run_started_at"
                    AND "t28"."session_no" = "t31"."session_no"
                ) AS "t32"
              ) AS "t33"
            ) AS "t34"
          ) AS "t35"
        ) AS "t36"
      ) AS "t37"
    ) AS "t38"
  ) AS "t39"
) AS "t40"
WHERE
  "t40"."started_at" < (
    (
      8111000000000000001 + 1
    ) * 86400000000
  )