WITH "t5" AS (
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
), "t14" AS (
  SELECT
    "t13"."session_key" AS "session_key",
    "t13"."session_id" AS "session_id",
    "t13"."started_at" AS "started_at",
    "t13"."ended_at" AS "ended_at",
    "t13"."events" AS "events",
    "t13"."in_order" AS "in_order",
    "t13"."is_bot" AS "is_bot",
    "t13"."user_id" AS "user_id",
    "t13"."facts_0" AS "facts_0",
    "t13"."facts_1" AS "facts_1",
    "t13"."facts_2" AS "facts_2",
    "t13"."first_1" AS "first_1",
    "t13"."first_2" AS "first_2",
    "t13"."first_3" AS "first_3",
    "t13"."first_4" AS "first_4",
    "t13"."first_5" AS "first_5",
    "t13"."question_2_at" AS "question_2_at",
    "t13"."question_3_at" AS "question_3_at",
    "t13"."question_4_at" AS "question_4_at",
    "t13"."step_1_at" AS "step_1_at",
    "t13"."first_submitted_at" AS "first_submitted_at",
    "t13"."submitted_at" AS "submitted_at",
    "t13"."offer_viewed_at" AS "offer_viewed_at",
    "t13"."last_offer_viewed_at" AS "last_offer_viewed_at",
    "t13"."upgrade_at" AS "upgrade_at",
    "t13"."last_upgrade_at" AS "last_upgrade_at",
    "t13"."revenue_cents" AS "revenue_cents",
    "t13"."upgrade_currency" AS "upgrade_currency",
    "t13"."upgrades" AS "upgrades"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t4"."session_key" AS "session_key",
        any("t4"."session_id") AS "session_id",
        MIN("t4"."timestamp") AS "started_at",
        MAX("t4"."timestamp") AS "ended_at",
        COUNT(*) AS "events",
        groupArray(tuple("t4"."timestamp", "t4"."named_step")) AS "in_order",
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
          tuple(
            tuple(
              "t4"."source",
              "t4"."medium",
              "t4"."campaign",
              "t4"."referrer",
              "t4"."landing_page",
              "t4"."browser",
              "t4"."os"
            )
          ),
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
          (
            "t4"."place" = 3
          ) OR (
            "t4"."place" = 9
          )
        ).1 AS "facts_2",
        minIf("t4"."timestamp", "t4"."place" = 1) AS "first_1",
        minIf("t4"."timestamp", "t4"."place" = 2) AS "first_2",
        minIf("t4"."timestamp", "t4"."place" = 3) AS "first_3",
        minIf("t4"."timestamp", "t4"."place" = 4) AS "first_4",
        minIf("t4"."timestamp", "t4"."place" = 5) AS "first_5",
        minIf("t4"."timestamp", "t4"."place" = 6) AS "question_2_at",
        minIf("t4"."timestamp", "t4"."place" = 7) AS "question_3_at",
        minIf("t4"."timestamp", "t4"."place" = 8) AS "question_4_at",
        minIf("t4"."timestamp", "t4"."place" = 1) AS "step_1_at",
        minIf("t4"."timestamp", "t4"."place" = 3) AS "first_submitted_at",
        maxIf("t4"."timestamp", "t4"."place" = 3) AS "submitted_at",
        minIf("t4"."timestamp", "t4"."place" = 4) AS "offer_viewed_at",
        maxIf("t4"."timestamp", "t4"."place" = 4) AS "last_offer_viewed_at",
        minIf("t4"."timestamp", "t4"."place" = 5) AS "upgrade_at",
        maxIf("t4"."timestamp", "t4"."place" = 5) AS "last_upgrade_at",
        sumIf("t4"."price_cents", "t4"."place" = 5) AS "revenue_cents",
        minIf("t4"."currency", "t4"."place" = 5) AS "upgrade_currency",
        SUM(CAST("t4"."place" = 5 AS Nullable(Int32))) AS "upgrades"
      FROM (
        SELECT
          "t3".*
          EXCEPT ("event_data")
        FROM (
          SELECT
            "t0"."session_key" AS "session_key",
            "t0"."session_id" AS "session_id",
            "t0"."timestamp" AS "timestamp",
            "t0"."event_id" AS "event_id",
            "t0"."event_type" AS "event_type",
            "t0"."step" AS "step",
            "t0"."is_bot" AS "is_bot",
            "t0"."user_id" AS "user_id",
            "t0"."event_data" AS "event_data",
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
                ) AND (
                  "t0"."step" = 1
                ),
                FALSE
              )
              THEN 2
              WHEN COALESCE(
                (
                  "t0"."event_type" = 'calculator_step_completed'
                )
                AND "t0"."step" BETWEEN 2 AND 4,
                FALSE
              )
              THEN CAST("t0"."step" AS Nullable(Int64)) + 4
              WHEN "t0"."event_type" = 'assessment_submitted'
              THEN 3
              WHEN "t0"."event_type" = 'assessment_refined'
              THEN 9
              WHEN "t0"."event_type" = 'conversion_offer_viewed'
              THEN 4
              WHEN "t0"."event_type" = 'paid_upgrade_clicked'
              THEN 5
              ELSE 0
            END AS "place",
            CASE
              WHEN isNull("t0"."step")
              THEN "t0"."event_type"
              ELSE CONCAT(CONCAT("t0"."event_type", ':'), CAST("t0"."step" AS Nullable(String)))
            END AS "named_step",
            nullIf(
              CASE
                WHEN notEmpty(
                  extractGroups(
                    CAST(CASE
                      WHEN "t0"."event_type" = 'ai_calculator_opened'
                      THEN COALESCE("t0"."event_data", '')
                      ELSE ''
                    END AS String),
                    CONCAT('(', '"page" *: *"(/[A-Za-z0-9/._~%@!$&()*+,;=:-]{0,199})["?#]', ')')
                  )[2]
                )
                THEN extractGroups(
                  CAST(CASE
                    WHEN "t0"."event_type" = 'ai_calculator_opened'
                    THEN COALESCE("t0"."event_data", '')
                    ELSE ''
                  END AS String),
                  CONCAT('(', '"page" *: *"(/[A-Za-z0-9/._~%@!$&()*+,;=:-]{0,199})["?#]', ')')
                )[2]
                ELSE NULL
              END,
              ''
            ) AS "landing_page",
            nullIf(
              CASE
                WHEN notEmpty(
                  extractGroups(
                    CAST(CASE
                      WHEN "t0"."event_type" = 'ai_calculator_opened'
                      THEN COALESCE("t0"."event_data", '')
                      ELSE ''
                    END AS String),
                    CONCAT('(', '"browser" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"', ')')
                  )[2]
                )
                THEN extractGroups(
                  CAST(CASE
                    WHEN "t0"."event_type" = 'ai_calculator_opened'
                    THEN COALESCE("t0"."event_data", '')
                    ELSE ''
                  END AS String),
                  CONCAT('(', '"browser" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"', ')')
                )[2]
                ELSE NULL
              END,
              ''
            ) AS "browser",
            nullIf(
              CASE
                WHEN notEmpty(
                  extractGroups(
                    CAST(CASE
                      WHEN "t0"."event_type" = 'ai_calculator_opened'
                      THEN COALESCE("t0"."event_data", '')
                      ELSE ''
                    END AS String),
                    CONCAT('(', '"os" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"', ')')
                  )[2]
                )
                THEN extractGroups(
                  CAST(CASE
                    WHEN "t0"."event_type" = 'ai_calculator_opened'
                    THEN COALESCE("t0"."event_data", '')
                    ELSE ''
                  END AS String),
                  CONCAT('(', '"os" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"', ')')
                )[2]
                ELSE NULL
              END,
              ''
            ) AS "os"
          FROM "events" AS "t0"
          WHERE
            "t0"."day" >= 8111000000000000000 AND "t0"."day" <= (
              8111000000000000001 + 1
            )
        ) AS "t3"
      ) AS "t4"
      GROUP BY
        "t4"."session_key"
    ) AS "t11"
    WHERE
      NOT (
        startsWith("t11"."session_id", 'mingus-server-')
      )
  ) AS "t13"
  LEFT ANTI JOIN "t5" AS "t8"
    ON "t13"."session_key" = "t8"."session_key"
), "t23" AS (
  SELECT
    "t22"."session_key" AS "session_key",
    "t22"."session_id" AS "session_id",
    "t22"."timestamp" AS "timestamp",
    "t22"."event_id" AS "event_id",
    "t22"."event_type" AS "event_type",
    "t22"."step" AS "step",
    "t22"."is_bot" AS "is_bot",
    "t22"."user_id" AS "user_id",
    "t22"."offer" AS "offer",
    "t22"."price_cents" AS "price_cents",
    "t22"."currency" AS "currency",
    "t22"."visitor_id" AS "visitor_id",
    "t22"."country" AS "country",
    "t22"."region" AS "region",
    "t22"."device" AS "device",
    "t22"."source" AS "source",
    "t22"."medium" AS "medium",
    "t22"."campaign" AS "campaign",
    "t22"."referrer" AS "referrer",
    "t22"."job_title" AS "job_title",
    "t22"."occupation" AS "occupation",
    "t22"."industry" AS "industry",
    "t22"."experience" AS "experience",
    "t22"."education" AS "education",
    "t22"."risk_level" AS "risk_level",
    "t22"."place" AS "place",
    "t22"."named_step" AS "named_step",
    "t22"."landing_page" AS "landing_page",
    "t22"."browser" AS "browser",
    "t22"."os" AS "os",
    "t22"."session_key_right" AS "session_key_right",
    "t22"."carried_run" AS "carried_run",
    "t22"."carried_no" AS "carried_no",
    "t22"."carried_until" AS "carried_until",
    "t22"."is_first" AS "is_first",
    "t22"."before" AS "before",
    "t22"."begun" AS "begun",
    MAX("t22"."begun") OVER (
      PARTITION BY "t22"."session_key"
      ORDER BY "t22"."timestamp" ASC, "t22"."event_id" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "run_started_at"
  FROM (
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
      "t21"."named_step" AS "named_step",
      "t21"."landing_page" AS "landing_page",
      "t21"."browser" AS "browser",
      "t21"."os" AS "os",
      "t21"."session_key_right" AS "session_key_right",
      "t21"."carried_run" AS "carried_run",
      "t21"."carried_no" AS "carried_no",
      "t21"."carried_until" AS "carried_until",
      "t21"."is_first" AS "is_first",
      "t21"."before" AS "before",
      CASE
        WHEN NOT (
          COALESCE((
            "t21"."timestamp" - "t21"."before"
          ) <= 1800000000, FALSE)
        )
        THEN "t21"."timestamp"
        WHEN "t21"."is_first"
        THEN "t21"."carried_run"
        ELSE NULL
      END AS "begun"
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
        "t20"."named_step" AS "named_step",
        "t20"."landing_page" AS "landing_page",
        "t20"."browser" AS "browser",
        "t20"."os" AS "os",
        "t20"."session_key_right" AS "session_key_right",
        "t20"."carried_run" AS "carried_run",
        "t20"."carried_no" AS "carried_no",
        "t20"."carried_until" AS "carried_until",
        (
          ROW_NUMBER() OVER (
            PARTITION BY "t20"."session_key"
            ORDER BY "t20"."timestamp" ASC, "t20"."event_id" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1
        ) = 0 AS "is_first",
        CASE
          WHEN (
            ROW_NUMBER() OVER (
              PARTITION BY "t20"."session_key"
              ORDER BY "t20"."timestamp" ASC, "t20"."event_id" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1
          ) = 0
          THEN "t20"."carried_until"
          ELSE lagInFrame("t20"."timestamp") OVER (
            PARTITION BY "t20"."session_key"
            ORDER BY "t20"."timestamp" ASC, "t20"."event_id" ASC
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
          "t6"."named_step" AS "named_step",
          "t6"."landing_page" AS "landing_page",
          "t6"."browser" AS "browser",
          "t6"."os" AS "os",
          "t9"."session_key" AS "session_key_right",
          "t9"."carried_run" AS "carried_run",
          "t9"."carried_no" AS "carried_no",
          "t9"."carried_until" AS "carried_until"
        FROM (
          SELECT
            "t3".*
            EXCEPT ("event_data")
          FROM (
            SELECT
              "t0"."session_key" AS "session_key",
              "t0"."session_id" AS "session_id",
              "t0"."timestamp" AS "timestamp",
              "t0"."event_id" AS "event_id",
              "t0"."event_type" AS "event_type",
              "t0"."step" AS "step",
              "t0"."is_bot" AS "is_bot",
              "t0"."user_id" AS "user_id",
              "t0"."event_data" AS "event_data",
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
                  ) AND (
                    "t0"."step" = 1
                  ),
                  FALSE
                )
                THEN 2
                WHEN COALESCE(
                  (
                    "t0"."event_type" = 'calculator_step_completed'
                  )
                  AND "t0"."step" BETWEEN 2 AND 4,
                  FALSE
                )
                THEN CAST("t0"."step" AS Nullable(Int64)) + 4
                WHEN "t0"."event_type" = 'assessment_submitted'
                THEN 3
                WHEN "t0"."event_type" = 'assessment_refined'
                THEN 9
                WHEN "t0"."event_type" = 'conversion_offer_viewed'
                THEN 4
                WHEN "t0"."event_type" = 'paid_upgrade_clicked'
                THEN 5
                ELSE 0
              END AS "place",
              CASE
                WHEN isNull("t0"."step")
                THEN "t0"."event_type"
                ELSE CONCAT(CONCAT("t0"."event_type", ':'), CAST("t0"."step" AS Nullable(String)))
              END AS "named_step",
              nullIf(
                CASE
                  WHEN notEmpty(
                    extractGroups(
                      CAST(CASE
                        WHEN "t0"."event_type" = 'ai_calculator_opened'
                        THEN COALESCE("t0"."event_data", '')
                        ELSE ''
                      END AS String),
                      CONCAT('(', '"page" *: *"(/[A-Za-z0-9/._~%@!$&()*+,;=:-]{0,199})["?#]', ')')
                    )[2]
                  )
                  THEN extractGroups(
                    CAST(CASE
                      WHEN "t0"."event_type" = 'ai_calculator_opened'
                      THEN COALESCE("t0"."event_data", '')
                      ELSE ''
                    END AS String),
                    CONCAT('(', '"page" *: *"(/[A-Za-z0-9/._~%@!$&()*+,;=:-]{0,199})["?#]', ')')
                  )[2]
                  ELSE NULL
                END,
                ''
              ) AS "landing_page",
              nullIf(
                CASE
                  WHEN notEmpty(
                    extractGroups(
                      CAST(CASE
                        WHEN "t0"."event_type" = 'ai_calculator_opened'
                        THEN COALESCE("t0"."event_data", '')
                        ELSE ''
                      END AS String),
                      CONCAT('(', '"browser" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"', ')')
                    )[2]
                  )
                  THEN extractGroups(
                    CAST(CASE
                      WHEN "t0"."event_type" = 'ai_calculator_opened'
                      THEN COALESCE("t0"."event_data", '')
                      ELSE ''
                    END AS String),
                    CONCAT('(', '"browser" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"', ')')
                  )[2]
                  ELSE NULL
                END,
                ''
              ) AS "browser",
              nullIf(
                CASE
                  WHEN notEmpty(
                    extractGroups(
                      CAST(CASE
                        WHEN "t0"."event_type" = 'ai_calculator_opened'
                        THEN COALESCE("t0"."event_data", '')
                        ELSE ''
                      END AS String),
                      CONCAT('(', '"os" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"', ')')
                    )[2]
                  )
                  THEN extractGroups(
                    CAST(CASE
                      WHEN "t0"."event_type" = 'ai_calculator_opened'
                      THEN COALESCE("t0"."event_data", '')
                      ELSE ''
                    END AS String),
                    CONCAT('(', '"os" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"', ')')
                  )[2]
                  ELSE NULL
                END,
                ''
              ) AS "os"
            FROM "events" AS "t0"
            WHERE
              "t0"."day" >= 8111000000000000000 AND "t0"."day" <= (
                8111000000000000001 + 1
              )
          ) AS "t3"
        ) AS "t6"
        LEFT SEMI JOIN (
          SELECT
            *
          FROM (
            SELECT
              "t15"."session_key" AS "session_key"
            FROM "t14" AS "t15"
            WHERE
              NOT (
                NOT (
                  COALESCE((
                    "t15"."ended_at" - "t15"."started_at"
                  ) > 1800000000, FALSE)
                  OR COALESCE("t15"."upgrades" > 1, FALSE)
                  OR COALESCE("t15"."first_2" < "t15"."step_1_at", FALSE)
                  OR COALESCE(
                    "t15"."first_3" < CASE WHEN "t15"."first_2" >= "t15"."step_1_at" THEN "t15"."first_2" ELSE NULL END,
                    FALSE
                  )
                  OR COALESCE(
                    "t15"."first_4" < CASE
                      WHEN "t15"."first_3" >= CASE WHEN "t15"."first_2" >= "t15"."step_1_at" THEN "t15"."first_2" ELSE NULL END
                      THEN "t15"."first_3"
                      ELSE NULL
                    END,
                    FALSE
                  )
                  OR COALESCE(
                    "t15"."first_5" < CASE
                      WHEN "t15"."first_4" >= CASE
                        WHEN "t15"."first_3" >= CASE WHEN "t15"."first_2" >= "t15"."step_1_at" THEN "t15"."first_2" ELSE NULL END
                        THEN "t15"."first_3"
                        ELSE NULL
                      END
                      THEN "t15"."first_4"
                      ELSE NULL
                    END,
                    FALSE
                  )
                )
              )
          ) AS "t17"
          UNION ALL
          SELECT
            *
          FROM (
            SELECT
              "t7"."session_key" AS "session_key"
            FROM "t5" AS "t7"
          ) AS "t10"
        ) AS "t19"
          ON "t6"."session_key" = "t19"."session_key"
        LEFT OUTER JOIN "t5" AS "t9"
          ON "t6"."session_key" = "t9"."session_key"
      ) AS "t20"
    ) AS "t21"
  ) AS "t22"
)
SELECT
  *
FROM (
  SELECT
    *
  FROM (
    SELECT
      "t15"."session_key" AS "session_key",
      "t15"."session_id" AS "session_id",
      "t15"."started_at" AS "run_started_at",
      0 AS "session_no",
      "t15"."started_at" AS "started_at",
      "t15"."ended_at" AS "ended_at",
      "t15"."events" AS "events",
      arrayMap(
        __ibis_param_event__ -> CAST(__ibis_param_event__.1 AS Nullable(Int64)),
        arraySort("t15"."in_order")
      ) AS "event_times",
      replaceRegexpAll(
        CASE
          WHEN length(
            arrayMap(
              __ibis_param_event__ -> CAST(__ibis_param_event__.2 AS Nullable(String)),
              arraySort("t15"."in_order")
            )
          ) > 0
          THEN arrayStringConcat(
            arrayMap(
              __ibis_param_event__ -> CAST(__ibis_param_event__.2 AS Nullable(String)),
              arraySort("t15"."in_order")
            ),
            ' '
          )
          ELSE NULL
        END,
        ':-?[0-9]+',
        ''
      ) AS "event_names",
      CASE
        WHEN length(
          arrayMap(
            __ibis_param_event__ -> CAST(__ibis_param_event__.2 AS Nullable(String)),
            arraySort("t15"."in_order")
          )
        ) > 0
        THEN arrayStringConcat(
          arrayMap(
            __ibis_param_event__ -> CAST(__ibis_param_event__.2 AS Nullable(String)),
            arraySort("t15"."in_order")
          ),
          ' '
        )
        ELSE NULL
      END AS "event_steps",
      length(
        arrayConcat(
          arrayDistinct(
            arrayMap(
              __ibis_param_event__ -> CAST(__ibis_param_event__.1 AS Nullable(Int64)),
              arraySort("t15"."in_order")
            )
          ),
          CASE
            WHEN countEqual(
              arrayMap(
                __ibis_param_event__ -> CAST(__ibis_param_event__.1 AS Nullable(Int64)),
                arraySort("t15"."in_order")
              ),
              NULL
            ) > 0
            THEN [NULL]
            ELSE []
          END
        )
      ) < length(
        arrayMap(
          __ibis_param_event__ -> CAST(__ibis_param_event__.1 AS Nullable(Int64)),
          arraySort("t15"."in_order")
        )
      ) AS "simultaneous",
      "t15"."is_bot" AS "is_bot",
      CAST("t15"."facts_0".1 AS Nullable(String)) AS "visitor_id",
      "t15"."user_id" AS "user_id",
      CAST("t15"."facts_0".2 AS Nullable(String)) AS "country",
      CAST("t15"."facts_0".3 AS Nullable(String)) AS "region",
      CAST("t15"."facts_0".4 AS Nullable(String)) AS "device",
      CAST("t15"."facts_1".1 AS Nullable(String)) AS "source",
      CAST("t15"."facts_1".2 AS Nullable(String)) AS "medium",
      CAST("t15"."facts_1".3 AS Nullable(String)) AS "campaign",
      CAST("t15"."facts_1".4 AS Nullable(String)) AS "referrer",
      CAST("t15"."facts_1".5 AS Nullable(String)) AS "landing_page",
      CAST("t15"."facts_1".6 AS Nullable(String)) AS "browser",
      CAST("t15"."facts_1".7 AS Nullable(String)) AS "os",
      "t15"."step_1_at" AS "step_1_at",
      CASE WHEN "t15"."first_2" >= "t15"."step_1_at" THEN "t15"."first_2" ELSE NULL END AS "step_2_at",
      CASE
        WHEN "t15"."first_3" >= CASE WHEN "t15"."first_2" >= "t15"."step_1_at" THEN "t15"."first_2" ELSE NULL END
        THEN "t15"."first_3"
        ELSE NULL
      END AS "step_3_at",
      CASE
        WHEN "t15"."first_4" >= CASE
          WHEN "t15"."first_3" >= CASE WHEN "t15"."first_2" >= "t15"."step_1_at" THEN "t15"."first_2" ELSE NULL END
          THEN "t15"."first_3"
          ELSE NULL
        END
        THEN "t15"."first_4"
        ELSE NULL
      END AS "step_4_at",
      CASE
        WHEN "t15"."first_5" >= CASE
          WHEN "t15"."first_4" >= CASE
            WHEN "t15"."first_3" >= CASE WHEN "t15"."first_2" >= "t15"."step_1_at" THEN "t15"."first_2" ELSE NULL END
            THEN "t15"."first_3"
            ELSE NULL
          END
          THEN "t15"."first_4"
          ELSE NULL
        END
        THEN "t15"."first_5"
        ELSE NULL
      END AS "step_5_at",
      "t15"."question_2_at" AS "question_2_at",
      "t15"."question_3_at" AS "question_3_at",
      "t15"."question_4_at" AS "question_4_at",
      "t15"."first_submitted_at" AS "first_submitted_at",
      "t15"."submitted_at" AS "submitted_at",
      CAST("t15"."facts_2".1 AS Nullable(String)) AS "job_title",
      CAST("t15"."facts_2".2 AS Nullable(String)) AS "occupation",
      CAST("t15"."facts_2".3 AS Nullable(String)) AS "industry",
      CAST("t15"."facts_2".4 AS Nullable(String)) AS "experience",
      CAST("t15"."facts_2".5 AS Nullable(String)) AS "education",
      CAST("t15"."facts_2".6 AS Nullable(String)) AS "risk_level",
      "t15"."offer_viewed_at" AS "offer_viewed_at",
      "t15"."last_offer_viewed_at" AS "last_offer_viewed_at",
      "t15"."upgrade_at" AS "upgrade_at",
      "t15"."last_upgrade_at" AS "last_upgrade_at",
      CONCAT(
        CONCAT("t15"."upgrade_currency", ':'),
        CAST("t15"."revenue_cents" AS Nullable(String))
      ) AS "revenue"
    FROM "t14" AS "t15"
    WHERE
      NOT (
        COALESCE((
          "t15"."ended_at" - "t15"."started_at"
        ) > 1800000000, FALSE)
        OR COALESCE("t15"."upgrades" > 1, FALSE)
        OR COALESCE("t15"."first_2" < "t15"."step_1_at", FALSE)
        OR COALESCE(
          "t15"."first_3" < CASE WHEN "t15"."first_2" >= "t15"."step_1_at" THEN "t15"."first_2" ELSE NULL END,
          FALSE
        )
        OR COALESCE(
          "t15"."first_4" < CASE
            WHEN "t15"."first_3" >= CASE WHEN "t15"."first_2" >= "t15"."step_1_at" THEN "t15"."first_2" ELSE NULL END
            THEN "t15"."first_3"
            ELSE NULL
          END,
          FALSE
        )
        OR COALESCE(
          "t15"."first_5" < CASE
            WHEN "t15"."first_4" >= CASE
              WHEN "t15"."first_3" >= CASE WHEN "t15"."first_2" >= "t15"."step_1_at" THEN "t15"."first_2" ELSE NULL END
              THEN "t15"."first_3"
              ELSE NULL
            END
            THEN "t15"."first_4"
            ELSE NULL
          END,
          FALSE
        )
      )
  ) AS "t16"
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      "t36"."session_key" AS "session_key",
      "t36"."session_id" AS "session_id",
      "t36"."run_started_at" AS "run_started_at",
      "t36"."session_no" AS "session_no",
      "t36"."started_at" AS "started_at",
      "t36"."ended_at" AS "ended_at",
      "t36"."events" AS "events",
      arrayMap(
        __ibis_param_event__ -> CAST(__ibis_param_event__.1 AS Nullable(Int64)),
        arraySort("t36"."in_order")
      ) AS "event_times",
      replaceRegexpAll(
        CASE
          WHEN length(
            arrayMap(
              __ibis_param_event__ -> CAST(__ibis_param_event__.2 AS Nullable(String)),
              arraySort("t36"."in_order")
            )
          ) > 0
          THEN arrayStringConcat(
            arrayMap(
              __ibis_param_event__ -> CAST(__ibis_param_event__.2 AS Nullable(String)),
              arraySort("t36"."in_order")
            ),
            ' '
          )
          ELSE NULL
        END,
        ':-?[0-9]+',
        ''
      ) AS "event_names",
      CASE
        WHEN length(
          arrayMap(
            __ibis_param_event__ -> CAST(__ibis_param_event__.2 AS Nullable(String)),
            arraySort("t36"."in_order")
          )
        ) > 0
        THEN arrayStringConcat(
          arrayMap(
            __ibis_param_event__ -> CAST(__ibis_param_event__.2 AS Nullable(String)),
            arraySort("t36"."in_order")
          ),
          ' '
        )
        ELSE NULL
      END AS "event_steps",
      length(
        arrayConcat(
          arrayDistinct(
            arrayMap(
              __ibis_param_event__ -> CAST(__ibis_param_event__.1 AS Nullable(Int64)),
              arraySort("t36"."in_order")
            )
          ),
          CASE
            WHEN countEqual(
              arrayMap(
                __ibis_param_event__ -> CAST(__ibis_param_event__.1 AS Nullable(Int64)),
                arraySort("t36"."in_order")
              ),
              NULL
            ) > 0
            THEN [NULL]
            ELSE []
          END
        )
      ) < length(
        arrayMap(
          __ibis_param_event__ -> CAST(__ibis_param_event__.1 AS Nullable(Int64)),
          arraySort("t36"."in_order")
        )
      ) AS "simultaneous",
      "t36"."is_bot" AS "is_bot",
      CAST("t36"."facts_0".1 AS Nullable(String)) AS "visitor_id",
      "t36"."user_id" AS "user_id",
      CAST("t36"."facts_0".2 AS Nullable(String)) AS "country",
      CAST("t36"."facts_0".3 AS Nullable(String)) AS "region",
      CAST("t36"."facts_0".4 AS Nullable(String)) AS "device",
      CAST("t36"."facts_1".1 AS Nullable(String)) AS "source",
      CAST("t36"."facts_1".2 AS Nullable(String)) AS "medium",
      CAST("t36"."facts_1".3 AS Nullable(String)) AS "campaign",
      CAST("t36"."facts_1".4 AS Nullable(String)) AS "referrer",
      CAST("t36"."facts_1".5 AS Nullable(String)) AS "landing_page",
      CAST("t36"."facts_1".6 AS Nullable(String)) AS "browser",
      CAST("t36"."facts_1".7 AS Nullable(String)) AS "os",
      "t36"."step_1_at" AS "step_1_at",
      "t36"."step_2_at" AS "step_2_at",
      "t36"."step_3_at" AS "step_3_at",
      "t36"."step_4_at" AS "step_4_at",
      CASE
        WHEN (
          length(
            arrayFilter(
              __ibis_param_instant__ -> __ibis_param_instant__ >= "t36"."step_4_at",
              "t36"."times_5"
            )
          ) > 0
        )
        AND isNotNull("t36"."step_4_at")
        THEN arrayReduce(
          'min',
          arrayFilter(
            "x" -> "x" IS NOT NULL,
            arrayFilter(
              __ibis_param_instant__ -> __ibis_param_instant__ >= "t36"."step_4_at",
              "t36"."times_5"
            )
          )
        )
        ELSE NULL
      END AS "step_5_at",
      "t36"."question_2_at" AS "question_2_at",
      "t36"."question_3_at" AS "question_3_at",
      "t36"."question_4_at" AS "question_4_at",
      "t36"."first_submitted_at" AS "first_submitted_at",
      "t36"."submitted_at" AS "submitted_at",
      CAST("t36"."facts_2".1 AS Nullable(String)) AS "job_title",
      CAST("t36"."facts_2".2 AS Nullable(String)) AS "occupation",
      CAST("t36"."facts_2".3 AS Nullable(String)) AS "industry",
      CAST("t36"."facts_2".4 AS Nullable(String)) AS "experience",
      CAST("t36"."facts_2".5 AS Nullable(String)) AS "education",
      CAST("t36"."facts_2".6 AS Nullable(String)) AS "risk_level",
      "t36"."offer_viewed_at" AS "offer_viewed_at",
      "t36"."last_offer_viewed_at" AS "last_offer_viewed_at",
      "t36"."upgrade_at" AS "upgrade_at",
      "t36"."last_upgrade_at" AS "last_upgrade_at",
      "t36"."revenue" AS "revenue"
    FROM (
      SELECT
        "t35"."session_key" AS "session_key",
        "t35"."run_started_at" AS "run_started_at",
        "t35"."session_no" AS "session_no",
        "t35"."session_id" AS "session_id",
        "t35"."started_at" AS "started_at",
        "t35"."ended_at" AS "ended_at",
        "t35"."events" AS "events",
        "t35"."in_order" AS "in_order",
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
        "t35"."question_2_at" AS "question_2_at",
        "t35"."question_3_at" AS "question_3_at",
        "t35"."question_4_at" AS "question_4_at",
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
        "t35"."revenue" AS "revenue",
        "t35"."step_2_at" AS "step_2_at",
        "t35"."step_3_at" AS "step_3_at",
        CASE
          WHEN (
            length(
              arrayFilter(
                __ibis_param_instant__ -> __ibis_param_instant__ >= "t35"."step_3_at",
                "t35"."times_4"
              )
            ) > 0
          )
          AND isNotNull("t35"."step_3_at")
          THEN arrayReduce(
            'min',
            arrayFilter(
              "x" -> "x" IS NOT NULL,
              arrayFilter(
                __ibis_param_instant__ -> __ibis_param_instant__ >= "t35"."step_3_at",
                "t35"."times_4"
              )
            )
          )
          ELSE NULL
        END AS "step_4_at"
      FROM (
        SELECT
          "t34"."session_key" AS "session_key",
          "t34"."run_started_at" AS "run_started_at",
          "t34"."session_no" AS "session_no",
          "t34"."session_id" AS "session_id",
          "t34"."started_at" AS "started_at",
          "t34"."ended_at" AS "ended_at",
          "t34"."events" AS "events",
          "t34"."in_order" AS "in_order",
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
          "t34"."question_2_at" AS "question_2_at",
          "t34"."question_3_at" AS "question_3_at",
          "t34"."question_4_at" AS "question_4_at",
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
          "t34"."revenue" AS "revenue",
          "t34"."step_2_at" AS "step_2_at",
          CASE
            WHEN (
              length(
                arrayFilter(
                  __ibis_param_instant__ -> __ibis_param_instant__ >= "t34"."step_2_at",
                  "t34"."times_3"
                )
              ) > 0
            )
            AND isNotNull("t34"."step_2_at")
            THEN arrayReduce(
              'min',
              arrayFilter(
                "x" -> "x" IS NOT NULL,
                arrayFilter(
                  __ibis_param_instant__ -> __ibis_param_instant__ >= "t34"."step_2_at",
                  "t34"."times_3"
                )
              )
            )
            ELSE NULL
          END AS "step_3_at"
        FROM (
          SELECT
            "t33"."session_key" AS "session_key",
            "t33"."run_started_at" AS "run_started_at",
            "t33"."session_no" AS "session_no",
            "t33"."session_id" AS "session_id",
            "t33"."started_at" AS "started_at",
            "t33"."ended_at" AS "ended_at",
            "t33"."events" AS "events",
            "t33"."in_order" AS "in_order",
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
            "t33"."question_2_at" AS "question_2_at",
            "t33"."question_3_at" AS "question_3_at",
            "t33"."question_4_at" AS "question_4_at",
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
            "t33"."revenue" AS "revenue",
            CASE
              WHEN (
                length(
                  arrayFilter(
                    __ibis_param_instant__ -> __ibis_param_instant__ >= "t33"."step_1_at",
                    "t33"."times_2"
                  )
                ) > 0
              )
              AND isNotNull("t33"."step_1_at")
              THEN arrayReduce(
                'min',
                arrayFilter(
                  "x" -> "x" IS NOT NULL,
                  arrayFilter(
                    __ibis_param_instant__ -> __ibis_param_instant__ >= "t33"."step_1_at",
                    "t33"."times_2"
                  )
                )
              )
              ELSE NULL
            END AS "step_2_at"
          FROM (
            SELECT
              "t29"."session_key" AS "session_key",
              "t29"."run_started_at" AS "run_started_at",
              "t29"."session_no" AS "session_no",
              "t29"."session_id" AS "session_id",
              "t29"."started_at" AS "started_at",
              "t29"."ended_at" AS "ended_at",
              "t29"."events" AS "events",
              "t29"."in_order" AS "in_order",
              "t29"."is_bot" AS "is_bot",
              "t29"."user_id" AS "user_id",
              "t29"."facts_0" AS "facts_0",
              "t29"."facts_1" AS "facts_1",
              "t29"."facts_2" AS "facts_2",
              "t29"."first_1" AS "first_1",
              "t29"."first_2" AS "first_2",
              "t29"."first_3" AS "first_3",
              "t29"."first_4" AS "first_4",
              "t29"."first_5" AS "first_5",
              "t29"."question_2_at" AS "question_2_at",
              "t29"."question_3_at" AS "question_3_at",
              "t29"."question_4_at" AS "question_4_at",
              "t29"."step_1_at" AS "step_1_at",
              "t29"."first_submitted_at" AS "first_submitted_at",
              "t29"."submitted_at" AS "submitted_at",
              "t29"."offer_viewed_at" AS "offer_viewed_at",
              "t29"."last_offer_viewed_at" AS "last_offer_viewed_at",
              "t29"."upgrade_at" AS "upgrade_at",
              "t29"."last_upgrade_at" AS "last_upgrade_at",
              "t29"."times_2" AS "times_2",
              "t29"."times_3" AS "times_3",
              "t29"."times_4" AS "times_4",
              "t29"."times_5" AS "times_5",
              "t32"."revenue" AS "revenue"
            FROM (
              SELECT
                "t25"."session_key" AS "session_key",
                "t25"."run_started_at" AS "run_started_at",
                "t25"."session_no" AS "session_no",
                any("t25"."session_id") AS "session_id",
                MIN("t25"."timestamp") AS "started_at",
                MAX("t25"."timestamp") AS "ended_at",
                COUNT(*) AS "events",
                groupArray(tuple("t25"."timestamp", "t25"."named_step")) AS "in_order",
                MAX("t25"."is_bot") AS "is_bot",
                argMinIf(
                  tuple("t25"."user_id"),
                  tuple("t25"."timestamp", "t25"."event_id"),
                  isNotNull("t25"."user_id")
                ).1 AS "user_id",
                argMin(
                  tuple(tuple("t25"."visitor_id", "t25"."country", "t25"."region", "t25"."device")),
                  tuple("t25"."timestamp", "t25"."event_id")
                ).1 AS "facts_0",
                argMinIf(
                  tuple(
                    tuple(
                      "t25"."source",
                      "t25"."medium",
                      "t25"."campaign",
                      "t25"."referrer",
                      "t25"."landing_page",
                      "t25"."browser",
                      "t25"."os"
                    )
                  ),
                  tuple("t25"."timestamp", "t25"."event_id"),
                  "t25"."place" = 1
                ).1 AS "facts_1",
                argMaxIf(
                  tuple(
                    tuple(
                      "t25"."job_title",
                      "t25"."occupation",
                      "t25"."industry",
                      "t25"."experience",
                      "t25"."education",
                      "t25"."risk_level"
                    )
                  ),
                  tuple("t25"."timestamp", "t25"."event_id"),
                  (
                    "t25"."place" = 3
                  ) OR (
                    "t25"."place" = 9
                  )
                ).1 AS "facts_2",
                minIf("t25"."timestamp", "t25"."place" = 1) AS "first_1",
                minIf("t25"."timestamp", "t25"."place" = 2) AS "first_2",
                minIf("t25"."timestamp", "t25"."place" = 3) AS "first_3",
                minIf("t25"."timestamp", "t25"."place" = 4) AS "first_4",
                minIf("t25"."timestamp", "t25"."place" = 5) AS "first_5",
                minIf("t25"."timestamp", "t25"."place" = 6) AS "question_2_at",
                minIf("t25"."timestamp", "t25"."place" = 7) AS "question_3_at",
                minIf("t25"."timestamp", "t25"."place" = 8) AS "question_4_at",
                minIf("t25"."timestamp", "t25"."place" = 1) AS "step_1_at",
                minIf("t25"."timestamp", "t25"."place" = 3) AS "first_submitted_at",
                maxIf("t25"."timestamp", "t25"."place" = 3) AS "submitted_at",
                minIf("t25"."timestamp", "t25"."place" = 4) AS "offer_viewed_at",
                maxIf("t25"."timestamp", "t25"."place" = 4) AS "last_offer_viewed_at",
                minIf("t25"."timestamp", "t25"."place" = 5) AS "upgrade_at",
                maxIf("t25"."timestamp", "t25"."place" = 5) AS "last_upgrade_at",
                groupArrayIf("t25"."timestamp", "t25"."place" = 2) AS "times_2",
                groupArrayIf("t25"."timestamp", "t25"."place" = 3) AS "times_3",
                groupArrayIf("t25"."timestamp", "t25"."place" = 4) AS "times_4",
                groupArrayIf("t25"."timestamp", "t25"."place" = 5) AS "times_5"
              FROM (
                SELECT
                  "t24"."session_key" AS "session_key",
                  "t24"."session_id" AS "session_id",
                  "t24"."timestamp" AS "timestamp",
                  "t24"."event_id" AS "event_id",
                  "t24"."event_type" AS "event_type",
                  "t24"."step" AS "step",
                  "t24"."is_bot" AS "is_bot",
                  "t24"."user_id" AS "user_id",
                  "t24"."offer" AS "offer",
                  "t24"."price_cents" AS "price_cents",
                  "t24"."currency" AS "currency",
                  "t24"."visitor_id" AS "visitor_id",
                  "t24"."country" AS "country",
                  "t24"."region" AS "region",
                  "t24"."device" AS "device",
                  "t24"."source" AS "source",
                  "t24"."medium" AS "medium",
                  "t24"."campaign" AS "campaign",
                  "t24"."referrer" AS "referrer",
                  "t24"."job_title" AS "job_title",
                  "t24"."occupation" AS "occupation",
                  "t24"."industry" AS "industry",
                  "t24"."experience" AS "experience",
                  "t24"."education" AS "education",
                  "t24"."risk_level" AS "risk_level",
                  "t24"."place" AS "place",
                  "t24"."named_step" AS "named_step",
                  "t24"."landing_page" AS "landing_page",
                  "t24"."browser" AS "browser",
                  "t24"."os" AS "os",
                  "t24"."session_key_right" AS "session_key_right",
                  "t24"."carried_run" AS "carried_run",
                  "t24"."carried_no" AS "carried_no",
                  "t24"."carried_until" AS "carried_until",
                  "t24"."is_first" AS "is_first",
                  "t24"."before" AS "before",
                  "t24"."begun" AS "begun",
                  "t24"."run_started_at" AS "run_started_at",
                  CAST(FLOOR((
                    "t24"."timestamp" - "t24"."run_started_at"
                  ) / (
                    86400000000
                  )) AS Nullable(Int64)) AS "session_no"
                FROM "t23" AS "t24"
                WHERE
                  NOT (
                    COALESCE(
                      (
                        "t24"."run_started_at" = "t24"."carried_run"
                      )
                      AND (
                        CAST(FLOOR((
                          "t24"."timestamp" - "t24"."run_started_at"
                        ) / (
                          86400000000
                        )) AS Nullable(Int64)) <= "t24"."carried_no"
                      ),
                      FALSE
                    )
                  )
              ) AS "t25"
              GROUP BY
                "t25"."session_key",
                "t25"."run_started_at",
                "t25"."session_no"
            ) AS "t29"
            LEFT OUTER JOIN (
              SELECT
                "t30"."session_key" AS "session_key",
                "t30"."run_started_at" AS "run_started_at",
                "t30"."session_no" AS "session_no",
                CASE
                  WHEN length(arraySort(groupArray("t30"."amount"))) > 0
                  THEN arrayStringConcat(arraySort(groupArray("t30"."amount")), ' ')
                  ELSE NULL
                END AS "revenue"
              FROM (
                SELECT
                  "t27"."session_key" AS "session_key",
                  "t27"."run_started_at" AS "run_started_at",
                  "t27"."session_no" AS "session_no",
                  "t27"."currency" AS "currency",
                  "t27"."cents" AS "cents",
                  CONCAT(CONCAT("t27"."currency", ':'), CAST("t27"."cents" AS Nullable(String))) AS "amount"
                FROM (
                  SELECT
                    "t26"."session_key" AS "session_key",
                    "t26"."run_started_at" AS "run_started_at",
                    "t26"."session_no" AS "session_no",
                    "t26"."currency" AS "currency",
                    SUM("t26"."price_cents") AS "cents"
                  FROM (
                    SELECT DISTINCT
                      "t24"."session_key" AS "session_key",
                      "t24"."run_started_at" AS "run_started_at",
                      CAST(FLOOR((
                        "t24"."timestamp" - "t24"."run_started_at"
                      ) / (
                        86400000000
                      )) AS Nullable(Int64)) AS "session_no",
                      "t24"."offer" AS "offer",
                      "t24"."currency" AS "currency",
                      "t24"."price_cents" AS "price_cents"
                    FROM "t23" AS "t24"
                    WHERE
                      NOT (
                        COALESCE(
                          (
                            "t24"."run_started_at" = "t24"."carried_run"
                          )
                          AND (
                            CAST(FLOOR((
                              "t24"."timestamp" - "t24"."run_started_at"
                            ) / (
                              86400000000
                            )) AS Nullable(Int64)) <= "t24"."carried_no"
                          ),
                          FALSE
                        )
                      )
                      AND "t24"."place" = 5
                      AND isNotNull("t24"."price_cents")
                  ) AS "t26"
                  GROUP BY
                    "t26"."session_key",
                    "t26"."run_started_at",
                    "t26"."session_no",
                    "t26"."currency"
                ) AS "t27"
              ) AS "t30"
              GROUP BY
                "t30"."session_key",
                "t30"."run_started_at",
                "t30"."session_no"
            ) AS "t32"
              ON "t29"."session_key" = "t32"."session_key"
              AND "t29"."run_started_at" = "t32"."run_started_at"
              AND "t29"."session_no" = "t32"."session_no"
          ) AS "t33"
        ) AS "t34"
      ) AS "t35"
    ) AS "t36"
  ) AS "t37"
) AS "t38"
WHERE
  "t38"."started_at" < (
    (
      8111000000000000001 + 1
    ) * 86400000000
  )