WITH "t3" AS NOT MATERIALIZED (
  SELECT
    "t0"."session_key",
    "t0"."session_id",
    "t0"."timestamp",
    "t0"."event_id",
    "t0"."event_type",
    "t0"."step",
    "t0"."is_bot",
    "t0"."user_id",
    "t0"."offer",
    "t0"."price_cents",
    COALESCE("t0"."currency", 'USD') AS "currency",
    "t0"."visitor_id",
    "t0"."country",
    "t0"."region",
    "t0"."device",
    "t0"."source",
    "t0"."medium",
    "t0"."campaign",
    "t0"."referrer",
    "t0"."job_title",
    "t0"."occupation",
    "t0"."industry",
    "t0"."experience",
    "t0"."education",
    "t0"."risk_level",
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
      THEN CAST("t0"."step" AS BIGINT) + 1
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
    "t2"."session_key",
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
    1
), "t13" AS (
  SELECT
    "t12"."session_key",
    "t12"."session_id",
    "t12"."started_at",
    "t12"."ended_at",
    "t12"."events",
    "t12"."is_bot",
    "t12"."user_id",
    "t12"."facts_0",
    "t12"."facts_1",
    "t12"."facts_2",
    "t12"."first_1",
    "t12"."first_2",
    "t12"."first_3",
    "t12"."first_4",
    "t12"."first_5",
    "t12"."first_6",
    "t12"."first_7",
    "t12"."first_8",
    "t12"."step_1_at",
    "t12"."first_submitted_at",
    "t12"."submitted_at",
    "t12"."offer_viewed_at",
    "t12"."last_offer_viewed_at",
    "t12"."upgrade_at",
    "t12"."last_upgrade_at",
    "t12"."revenue_cents",
    "t12"."upgrade_currency",
    "t12"."upgrades"
  FROM (
    SELECT
      "t4"."session_key",
      ANY_VALUE("t4"."session_id") AS "session_id",
      MIN("t4"."timestamp") AS "started_at",
      MAX("t4"."timestamp") AS "ended_at",
      COUNT(*) AS "events",
      BOOL_OR(CAST("t4"."is_bot" AS BOOLEAN)) AS "is_bot",
      FIRST(
        "t4"."user_id" ORDER BY {'timestamp': "t4"."timestamp", 'event_id': "t4"."event_id"}
      ) FILTER(WHERE
        "t4"."user_id" IS NOT NULL) AS "user_id",
      FIRST(
        {'visitor_id': "t4"."visitor_id", 'country': "t4"."country", 'region': "t4"."region", 'device': "t4"."device"} ORDER BY {'timestamp': "t4"."timestamp", 'event_id': "t4"."event_id"}
      ) AS "facts_0",
      FIRST(
        {'source': "t4"."source", 'medium': "t4"."medium", 'campaign': "t4"."campaign", 'referrer': "t4"."referrer"} ORDER BY {'timestamp': "t4"."timestamp", 'event_id': "t4"."event_id"}
      ) FILTER(WHERE
        "t4"."place" = 1) AS "facts_1",
      FIRST(
        {'job_title': "t4"."job_title", 'occupation': "t4"."occupation", 'industry': "t4"."industry", 'experience': "t4"."experience", 'education': "t4"."education", 'risk_level': "t4"."risk_level"} ORDER BY {'timestamp': "t4"."timestamp", 'event_id': "t4"."event_id"} DESC
      ) FILTER(WHERE
        "t4"."place" = 6) AS "facts_2",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 1) AS "first_1",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 2) AS "first_2",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 3) AS "first_3",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 4) AS "first_4",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 5) AS "first_5",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 6) AS "first_6",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 7) AS "first_7",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 8) AS "first_8",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 1) AS "step_1_at",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 6) AS "first_submitted_at",
      MAX("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 6) AS "submitted_at",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 7) AS "offer_viewed_at",
      MAX("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 7) AS "last_offer_viewed_at",
      MIN("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 8) AS "upgrade_at",
      MAX("t4"."timestamp") FILTER(WHERE
        "t4"."place" = 8) AS "last_upgrade_at",
      SUM("t4"."price_cents") FILTER(WHERE
        "t4"."place" = 8) AS "revenue_cents",
      MIN("t4"."currency") FILTER(WHERE
        "t4"."place" = 8) AS "upgrade_currency",
      SUM(CAST("t4"."place" = 8 AS INT)) AS "upgrades"
    FROM "t3" AS "t4"
    GROUP BY
      1
  ) AS "t12"
  ANTI JOIN "t5" AS "t8"
    ON "t12"."session_key" = "t8"."session_key"
), "t22" AS (
  SELECT
    "t21"."session_key",
    "t21"."session_id",
    "t21"."timestamp",
    "t21"."event_id",
    "t21"."event_type",
    "t21"."step",
    "t21"."is_bot",
    "t21"."user_id",
    "t21"."offer",
    "t21"."price_cents",
    "t21"."currency",
    "t21"."visitor_id",
    "t21"."country",
    "t21"."region",
    "t21"."device",
    "t21"."source",
    "t21"."medium",
    "t21"."campaign",
    "t21"."referrer",
    "t21"."job_title",
    "t21"."occupation",
    "t21"."industry",
    "t21"."experience",
    "t21"."education",
    "t21"."risk_level",
    "t21"."place",
    "t21"."session_key_right",
    "t21"."carried_run",
    "t21"."carried_no",
    "t21"."carried_until",
    "t21"."is_first",
    "t21"."before",
    "t21"."begun",
    MAX("t21"."begun") OVER (
      PARTITION BY "t21"."session_key"
      ORDER BY "t21"."timestamp" ASC, "t21"."event_id" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "run_started_at"
  FROM (
    SELECT
      "t20"."session_key",
      "t20"."session_id",
      "t20"."timestamp",
      "t20"."event_id",
      "t20"."event_type",
      "t20"."step",
      "t20"."is_bot",
      "t20"."user_id",
      "t20"."offer",
      "t20"."price_cents",
      "t20"."currency",
      "t20"."visitor_id",
      "t20"."country",
      "t20"."region",
      "t20"."device",
      "t20"."source",
      "t20"."medium",
      "t20"."campaign",
      "t20"."referrer",
      "t20"."job_title",
      "t20"."occupation",
      "t20"."industry",
      "t20"."experience",
      "t20"."education",
      "t20"."risk_level",
      "t20"."place",
      "t20"."session_key_right",
      "t20"."carried_run",
      "t20"."carried_no",
      "t20"."carried_until",
      "t20"."is_first",
      "t20"."before",
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
        "t19"."session_key",
        "t19"."session_id",
        "t19"."timestamp",
        "t19"."event_id",
        "t19"."event_type",
        "t19"."step",
        "t19"."is_bot",
        "t19"."user_id",
        "t19"."offer",
        "t19"."price_cents",
        "t19"."currency",
        "t19"."visitor_id",
        "t19"."country",
        "t19"."region",
        "t19"."device",
        "t19"."source",
        "t19"."medium",
        "t19"."campaign",
        "t19"."referrer",
        "t19"."job_title",
        "t19"."occupation",
        "t19"."industry",
        "t19"."experience",
        "t19"."education",
        "t19"."risk_level",
        "t19"."place",
        "t19"."session_key_right",
        "t19"."carried_run",
        "t19"."carried_no",
        "t19"."carried_until",
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
          ELSE LAG("t19"."timestamp") OVER (
            PARTITION BY "t19"."session_key"
            ORDER BY "t19"."timestamp" ASC, "t19"."event_id" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          )
        END AS "before"
      FROM (
        SELECT
          "t6"."session_key",
          "t6"."session_id",
          "t6"."timestamp",
          "t6"."event_id",
          "t6"."event_type",
          "t6"."step",
          "t6"."is_bot",
          "t6"."user_id",
          "t6"."offer",
          "t6"."price_cents",
          "t6"."currency",
          "t6"."visitor_id",
          "t6"."country",
          "t6"."region",
          "t6"."device",
          "t6"."source",
          "t6"."medium",
          "t6"."campaign",
          "t6"."referrer",
          "t6"."job_title",
          "t6"."occupation",
          "t6"."industry",
          "t6"."experience",
          "t6"."education",
          "t6"."risk_level",
          "t6"."place",
          "t9"."session_key" AS "session_key_right",
          "t9"."carried_run",
          "t9"."carried_no",
          "t9"."carried_until"
        FROM "t3" AS "t6"
        SEMI JOIN (
          SELECT
            *
          FROM (
            SELECT
              "t14"."session_key"
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
              "t7"."session_key"
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
      "t14"."session_key",
      "t14"."session_id",
      "t14"."started_at" AS "run_started_at",
      0 AS "session_no",
      "t14"."started_at",
      "t14"."ended_at",
      "t14"."events",
      "t14"."is_bot",
      "t14"."facts_0"."visitor_id" AS "visitor_id",
      "t14"."user_id",
      "t14"."facts_0"."country" AS "country",
      "t14"."facts_0"."region" AS "region",
      "t14"."facts_0"."device" AS "device",
      "t14"."facts_1"."source" AS "source",
      "t14"."facts_1"."medium" AS "medium",
      "t14"."facts_1"."campaign" AS "campaign",
      "t14"."facts_1"."referrer" AS "referrer",
      "t14"."step_1_at",
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
      "t14"."first_submitted_at",
      "t14"."submitted_at",
      "t14"."facts_2"."job_title" AS "job_title",
      "t14"."facts_2"."occupation" AS "occupation",
      "t14"."facts_2"."industry" AS "industry",
      "t14"."facts_2"."experience" AS "experience",
      "t14"."facts_2"."education" AS "education",
      "t14"."facts_2"."risk_level" AS "risk_level",
      "t14"."offer_viewed_at",
      "t14"."last_offer_viewed_at",
      "t14"."upgrade_at",
      "t14"."last_upgrade_at",
      "t14"."upgrade_currency" || ':' || CAST("t14"."revenue_cents" AS TEXT) AS "revenue"
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
      "t38"."session_key",
      "t38"."session_id",
      "t38"."run_started_at",
      "t38"."session_no",
      "t38"."started_at",
      "t38"."ended_at",
      "t38"."events",
      "t38"."is_bot",
      "t38"."facts_0"."visitor_id" AS "visitor_id",
      "t38"."user_id",
      "t38"."facts_0"."country" AS "country",
      "t38"."facts_0"."region" AS "region",
      "t38"."facts_0"."device" AS "device",
      "t38"."facts_1"."source" AS "source",
      "t38"."facts_1"."medium" AS "medium",
      "t38"."facts_1"."campaign" AS "campaign",
      "t38"."facts_1"."referrer" AS "referrer",
      "t38"."step_1_at",
      "t38"."step_2_at",
      "t38"."step_3_at",
      "t38"."step_4_at",
      "t38"."step_5_at",
      "t38"."step_6_at",
      "t38"."step_7_at",
      CASE
        WHEN (
          ARRAY_LENGTH(
            LIST_FILTER(
              "t38"."times_8",
              LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t38"."step_7_at"
            )
          ) > 0
        )
        AND (
          "t38"."step_7_at" IS NOT NULL
        )
        THEN LIST_MIN(
          LIST_FILTER(
            "t38"."times_8",
            LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t38"."step_7_at"
          )
        )
        ELSE NULL
      END AS "step_8_at",
      "t38"."first_submitted_at",
      "t38"."submitted_at",
      "t38"."facts_2"."job_title" AS "job_title",
      "t38"."facts_2"."occupation" AS "occupation",
      "t38"."facts_2"."industry" AS "industry",
      "t38"."facts_2"."experience" AS "experience",
      "t38"."facts_2"."education" AS "education",
      "t38"."facts_2"."risk_level" AS "risk_level",
      "t38"."offer_viewed_at",
      "t38"."last_offer_viewed_at",
      "t38"."upgrade_at",
      "t38"."last_upgrade_at",
      "t38"."revenue"
    FROM (
      SELECT
        "t37"."session_key",
        "t37"."run_started_at",
        "t37"."session_no",
        "t37"."session_id",
        "t37"."started_at",
        "t37"."ended_at",
        "t37"."events",
        "t37"."is_bot",
        "t37"."user_id",
        "t37"."facts_0",
        "t37"."facts_1",
        "t37"."facts_2",
        "t37"."first_1",
        "t37"."first_2",
        "t37"."first_3",
        "t37"."first_4",
        "t37"."first_5",
        "t37"."first_6",
        "t37"."first_7",
        "t37"."first_8",
        "t37"."step_1_at",
        "t37"."first_submitted_at",
        "t37"."submitted_at",
        "t37"."offer_viewed_at",
        "t37"."last_offer_viewed_at",
        "t37"."upgrade_at",
        "t37"."last_upgrade_at",
        "t37"."times_2",
        "t37"."times_3",
        "t37"."times_4",
        "t37"."times_5",
        "t37"."times_6",
        "t37"."times_7",
        "t37"."times_8",
        "t37"."revenue",
        "t37"."step_2_at",
        "t37"."step_3_at",
        "t37"."step_4_at",
        "t37"."step_5_at",
        "t37"."step_6_at",
        CASE
          WHEN (
            ARRAY_LENGTH(
              LIST_FILTER(
                "t37"."times_7",
                LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t37"."step_6_at"
              )
            ) > 0
          )
          AND (
            "t37"."step_6_at" IS NOT NULL
          )
          THEN LIST_MIN(
            LIST_FILTER(
              "t37"."times_7",
              LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t37"."step_6_at"
            )
          )
          ELSE NULL
        END AS "step_7_at"
      FROM (
        SELECT
          "t36"."session_key",
          "t36"."run_started_at",
          "t36"."session_no",
          "t36"."session_id",
          "t36"."started_at",
          "t36"."ended_at",
          "t36"."events",
          "t36"."is_bot",
          "t36"."user_id",
          "t36"."facts_0",
          "t36"."facts_1",
          "t36"."facts_2",
          "t36"."first_1",
          "t36"."first_2",
          "t36"."first_3",
          "t36"."first_4",
          "t36"."first_5",
          "t36"."first_6",
          "t36"."first_7",
          "t36"."first_8",
          "t36"."step_1_at",
          "t36"."first_submitted_at",
          "t36"."submitted_at",
          "t36"."offer_viewed_at",
          "t36"."last_offer_viewed_at",
          "t36"."upgrade_at",
          "t36"."last_upgrade_at",
          "t36"."times_2",
          "t36"."times_3",
          "t36"."times_4",
          "t36"."times_5",
          "t36"."times_6",
          "t36"."times_7",
          "t36"."times_8",
          "t36"."revenue",
          "t36"."step_2_at",
          "t36"."step_3_at",
          "t36"."step_4_at",
          "t36"."step_5_at",
          CASE
            WHEN (
              ARRAY_LENGTH(
                LIST_FILTER(
                  "t36"."times_6",
                  LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t36"."step_5_at"
                )
              ) > 0
            )
            AND (
              "t36"."step_5_at" IS NOT NULL
            )
            THEN LIST_MIN(
              LIST_FILTER(
                "t36"."times_6",
                LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t36"."step_5_at"
              )
            )
            ELSE NULL
          END AS "step_6_at"
        FROM (
          SELECT
            "t35"."session_key",
            "t35"."run_started_at",
            "t35"."session_no",
            "t35"."session_id",
            "t35"."started_at",
            "t35"."ended_at",
            "t35"."events",
            "t35"."is_bot",
            "t35"."user_id",
            "t35"."facts_0",
            "t35"."facts_1",
            "t35"."facts_2",
            "t35"."first_1",
            "t35"."first_2",
            "t35"."first_3",
            "t35"."first_4",
            "t35"."first_5",
            "t35"."first_6",
            "t35"."first_7",
            "t35"."first_8",
            "t35"."step_1_at",
            "t35"."first_submitted_at",
            "t35"."submitted_at",
            "t35"."offer_viewed_at",
            "t35"."last_offer_viewed_at",
            "t35"."upgrade_at",
            "t35"."last_upgrade_at",
            "t35"."times_2",
            "t35"."times_3",
            "t35"."times_4",
            "t35"."times_5",
            "t35"."times_6",
            "t35"."times_7",
            "t35"."times_8",
            "t35"."revenue",
            "t35"."step_2_at",
            "t35"."step_3_at",
            "t35"."step_4_at",
            CASE
              WHEN (
                ARRAY_LENGTH(
                  LIST_FILTER(
                    "t35"."times_5",
                    LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t35"."step_4_at"
                  )
                ) > 0
              )
              AND (
                "t35"."step_4_at" IS NOT NULL
              )
              THEN LIST_MIN(
                LIST_FILTER(
                  "t35"."times_5",
                  LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t35"."step_4_at"
                )
              )
              ELSE NULL
            END AS "step_5_at"
          FROM (
            SELECT
              "t34"."session_key",
              "t34"."run_started_at",
              "t34"."session_no",
              "t34"."session_id",
              "t34"."started_at",
              "t34"."ended_at",
              "t34"."events",
              "t34"."is_bot",
              "t34"."user_id",
              "t34"."facts_0",
              "t34"."facts_1",
              "t34"."facts_2",
              "t34"."first_1",
              "t34"."first_2",
              "t34"."first_3",
              "t34"."first_4",
              "t34"."first_5",
              "t34"."first_6",
              "t34"."first_7",
              "t34"."first_8",
              "t34"."step_1_at",
              "t34"."first_submitted_at",
              "t34"."submitted_at",
              "t34"."offer_viewed_at",
              "t34"."last_offer_viewed_at",
              "t34"."upgrade_at",
              "t34"."last_upgrade_at",
              "t34"."times_2",
              "t34"."times_3",
              "t34"."times_4",
              "t34"."times_5",
              "t34"."times_6",
              "t34"."times_7",
              "t34"."times_8",
              "t34"."revenue",
              "t34"."step_2_at",
              "t34"."step_3_at",
              CASE
                WHEN (
                  ARRAY_LENGTH(
                    LIST_FILTER(
                      "t34"."times_4",
                      LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t34"."step_3_at"
                    )
                  ) > 0
                )
                AND (
                  "t34"."step_3_at" IS NOT NULL
                )
                THEN LIST_MIN(
                  LIST_FILTER(
                    "t34"."times_4",
                    LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t34"."step_3_at"
                  )
                )
                ELSE NULL
              END AS "step_4_at"
            FROM (
              SELECT
                "t33"."session_key",
                "t33"."run_started_at",
                "t33"."session_no",
                "t33"."session_id",
                "t33"."started_at",
                "t33"."ended_at",
                "t33"."events",
                "t33"."is_bot",
                "t33"."user_id",
                "t33"."facts_0",
                "t33"."facts_1",
                "t33"."facts_2",
                "t33"."first_1",
                "t33"."first_2",
                "t33"."first_3",
                "t33"."first_4",
                "t33"."first_5",
                "t33"."first_6",
                "t33"."first_7",
                "t33"."first_8",
                "t33"."step_1_at",
                "t33"."first_submitted_at",
                "t33"."submitted_at",
                "t33"."offer_viewed_at",
                "t33"."last_offer_viewed_at",
                "t33"."upgrade_at",
                "t33"."last_upgrade_at",
                "t33"."times_2",
                "t33"."times_3",
                "t33"."times_4",
                "t33"."times_5",
                "t33"."times_6",
                "t33"."times_7",
                "t33"."times_8",
                "t33"."revenue",
                "t33"."step_2_at",
                CASE
                  WHEN (
                    ARRAY_LENGTH(
                      LIST_FILTER(
                        "t33"."times_3",
                        LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t33"."step_2_at"
                      )
                    ) > 0
                  )
                  AND (
                    "t33"."step_2_at" IS NOT NULL
                  )
                  THEN LIST_MIN(
                    LIST_FILTER(
                      "t33"."times_3",
                      LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t33"."step_2_at"
                    )
                  )
                  ELSE NULL
                END AS "step_3_at"
              FROM (
                SELECT
                  "t32"."session_key",
                  "t32"."run_started_at",
                  "t32"."session_no",
                  "t32"."session_id",
                  "t32"."started_at",
                  "t32"."ended_at",
                  "t32"."events",
                  "t32"."is_bot",
                  "t32"."user_id",
                  "t32"."facts_0",
                  "t32"."facts_1",
                  "t32"."facts_2",
                  "t32"."first_1",
                  "t32"."first_2",
                  "t32"."first_3",
                  "t32"."first_4",
                  "t32"."first_5",
                  "t32"."first_6",
                  "t32"."first_7",
                  "t32"."first_8",
                  "t32"."step_1_at",
                  "t32"."first_submitted_at",
                  "t32"."submitted_at",
                  "t32"."offer_viewed_at",
                  "t32"."last_offer_viewed_at",
                  "t32"."upgrade_at",
                  "t32"."last_upgrade_at",
                  "t32"."times_2",
                  "t32"."times_3",
                  "t32"."times_4",
                  "t32"."times_5",
                  "t32"."times_6",
                  "t32"."times_7",
                  "t32"."times_8",
                  "t32"."revenue",
                  CASE
                    WHEN (
                      ARRAY_LENGTH(
                        LIST_FILTER(
                          "t32"."times_2",
                          LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t32"."step_1_at"
                        )
                      ) > 0
                    )
                    AND (
                      "t32"."step_1_at" IS NOT NULL
                    )
                    THEN LIST_MIN(
                      LIST_FILTER(
                        "t32"."times_2",
                        LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t32"."step_1_at"
                      )
                    )
                    ELSE NULL
                  END AS "step_2_at"
                FROM (
                  SELECT
                    "t28"."session_key",
                    "t28"."run_started_at",
                    "t28"."session_no",
                    "t28"."session_id",
                    "t28"."started_at",
                    "t28"."ended_at",
                    "t28"."events",
                    "t28"."is_bot",
                    "t28"."user_id",
                    "t28"."facts_0",
                    "t28"."facts_1",
                    "t28"."facts_2",
                    "t28"."first_1",
                    "t28"."first_2",
                    "t28"."first_3",
                    "t28"."first_4",
                    "t28"."first_5",
                    "t28"."first_6",
                    "t28"."first_7",
                    "t28"."first_8",
                    "t28"."step_1_at",
                    "t28"."first_submitted_at",
                    "t28"."submitted_at",
                    "t28"."offer_viewed_at",
                    "t28"."last_offer_viewed_at",
                    "t28"."upgrade_at",
                    "t28"."last_upgrade_at",
                    "t28"."times_2",
                    "t28"."times_3",
                    "t28"."times_4",
                    "t28"."times_5",
                    "t28"."times_6",
                    "t28"."times_7",
                    "t28"."times_8",
                    "t31"."revenue"
                  FROM (
                    SELECT
                      "t24"."session_key",
                      "t24"."run_started_at",
                      "t24"."session_no",
                      ANY_VALUE("t24"."session_id") AS "session_id",
                      MIN("t24"."timestamp") AS "started_at",
                      MAX("t24"."timestamp") AS "ended_at",
                      COUNT(*) AS "events",
                      BOOL_OR(CAST("t24"."is_bot" AS BOOLEAN)) AS "is_bot",
                      FIRST(
                        "t24"."user_id" ORDER BY {'timestamp': "t24"."timestamp", 'event_id': "t24"."event_id"}
                      ) FILTER(WHERE
                        "t24"."user_id" IS NOT NULL) AS "user_id",
                      FIRST(
                        {'visitor_id': "t24"."visitor_id", 'country': "t24"."country", 'region': "t24"."region", 'device': "t24"."device"} ORDER BY {'timestamp': "t24"."timestamp", 'event_id': "t24"."event_id"}
                      ) AS "facts_0",
                      FIRST(
                        {'source': "t24"."source", 'medium': "t24"."medium", 'campaign': "t24"."campaign", 'referrer': "t24"."referrer"} ORDER BY {'timestamp': "t24"."timestamp", 'event_id': "t24"."event_id"}
                      ) FILTER(WHERE
                        "t24"."place" = 1) AS "facts_1",
                      FIRST(
                        {'job_title': "t24"."job_title", 'occupation': "t24"."occupation", 'industry': "t24"."industry", 'experience': "t24"."experience", 'education': "t24"."education", 'risk_level': "t24"."risk_level"} ORDER BY {'timestamp': "t24"."timestamp", 'event_id': "t24"."event_id"} DESC
                      ) FILTER(WHERE
                        "t24"."place" = 6) AS "facts_2",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 1) AS "first_1",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 2) AS "first_2",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 3) AS "first_3",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 4) AS "first_4",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 5) AS "first_5",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 6) AS "first_6",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 7) AS "first_7",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 8) AS "first_8",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 1) AS "step_1_at",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 6) AS "first_submitted_at",
                      MAX("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 6) AS "submitted_at",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 7) AS "offer_viewed_at",
                      MAX("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 7) AS "last_offer_viewed_at",
                      MIN("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 8) AS "upgrade_at",
                      MAX("t24"."timestamp") FILTER(WHERE
                        "t24"."place" = 8) AS "last_upgrade_at",
                      ARRAY_AGG("t24"."timestamp") FILTER(WHERE
                        "t24"."timestamp" IS NOT NULL AND "t24"."place" = 2) AS "times_2",
                      ARRAY_AGG("t24"."timestamp") FILTER(WHERE
                        "t24"."timestamp" IS NOT NULL AND "t24"."place" = 3) AS "times_3",
                      ARRAY_AGG("t24"."timestamp") FILTER(WHERE
                        "t24"."timestamp" IS NOT NULL AND "t24"."place" = 4) AS "times_4",
                      ARRAY_AGG("t24"."timestamp") FILTER(WHERE
                        "t24"."timestamp" IS NOT NULL AND "t24"."place" = 5) AS "times_5",
                      ARRAY_AGG("t24"."timestamp") FILTER(WHERE
                        "t24"."timestamp" IS NOT NULL AND "t24"."place" = 6) AS "times_6",
                      ARRAY_AGG("t24"."timestamp") FILTER(WHERE
                        "t24"."timestamp" IS NOT NULL AND "t24"."place" = 7) AS "times_7",
                      ARRAY_AGG("t24"."timestamp") FILTER(WHERE
                        "t24"."timestamp" IS NOT NULL AND "t24"."place" = 8) AS "times_8"
                    FROM (
                      SELECT
                        "t23"."session_key",
                        "t23"."session_id",
                        "t23"."timestamp",
                        "t23"."event_id",
                        "t23"."event_type",
                        "t23"."step",
                        "t23"."is_bot",
                        "t23"."user_id",
                        "t23"."offer",
                        "t23"."price_cents",
                        "t23"."currency",
                        "t23"."visitor_id",
                        "t23"."country",
                        "t23"."region",
                        "t23"."device",
                        "t23"."source",
                        "t23"."medium",
                        "t23"."campaign",
                        "t23"."referrer",
                        "t23"."job_title",
                        "t23"."occupation",
                        "t23"."industry",
                        "t23"."experience",
                        "t23"."education",
                        "t23"."risk_level",
                        "t23"."place",
                        "t23"."session_key_right",
                        "t23"."carried_run",
                        "t23"."carried_no",
                        "t23"."carried_until",
                        "t23"."is_first",
                        "t23"."before",
                        "t23"."begun",
                        "t23"."run_started_at",
                        CAST(FLOOR((
                          "t23"."timestamp" - "t23"."run_started_at"
                        ) / (
                          86400000000
                        )) AS BIGINT) AS "session_no"
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
                              )) AS BIGINT) <= "t23"."carried_no"
                            ),
                            FALSE
                          )
                        )
                    ) AS "t24"
                    GROUP BY
                      1,
                      2,
                      3
                  ) AS "t28"
                  LEFT OUTER JOIN (
                    SELECT
                      "t29"."session_key",
                      "t29"."run_started_at",
                      "t29"."session_no",
                      ARRAY_TO_STRING(
                        LIST_SORT(ARRAY_AGG("t29"."amount") FILTER(WHERE
                          "t29"."amount" IS NOT NULL)),
                        ' '
                      ) AS "revenue"
                    FROM (
                      SELECT
                        "t26"."session_key",
                        "t26"."run_started_at",
                        "t26"."session_no",
                        "t26"."currency",
                        "t26"."cents",
                        "t26"."currency" || ':' || CAST("t26"."cents" AS TEXT) AS "amount"
                      FROM (
                        SELECT
                          "t25"."session_key",
                          "t25"."run_started_at",
                          "t25"."session_no",
                          "t25"."currency",
                          SUM("t25"."price_cents") AS "cents"
                        FROM (
                          SELECT DISTINCT
                            "t23"."session_key",
                            "t23"."run_started_at",
                            CAST(FLOOR((
                              "t23"."timestamp" - "t23"."run_started_at"
                            ) / (
                              86400000000
                            )) AS BIGINT) AS "session_no",
                            "t23"."offer",
                            "t23"."currency",
                            "t23"."price_cents"
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
                                  )) AS BIGINT) <= "t23"."carried_no"
                                ),
                                FALSE
                              )
                            )
                            AND "t23"."place" = 8
                            AND "t23"."price_cents" IS NOT NULL
                        ) AS "t25"
                        GROUP BY
                          1,
                          2,
                          3,
                          4
                      ) AS "t26"
                    ) AS "t29"
                    GROUP BY
                      1,
                      2,
                      3
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