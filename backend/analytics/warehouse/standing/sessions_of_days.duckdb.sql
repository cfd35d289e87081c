WITH "t5" AS NOT MATERIALIZED (
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
), "t14" AS (
  SELECT
    "t13"."session_key",
    "t13"."session_id",
    "t13"."started_at",
    "t13"."ended_at",
    "t13"."events",
    "t13"."in_order",
    "t13"."is_bot",
    "t13"."user_id",
    "t13"."facts_0",
    "t13"."facts_1",
    "t13"."facts_2",
    "t13"."first_1",
    "t13"."first_2",
    "t13"."first_3",
    "t13"."first_4",
    "t13"."first_5",
    "t13"."question_2_at",
    "t13"."question_3_at",
    "t13"."question_4_at",
    "t13"."step_1_at",
    "t13"."first_submitted_at",
    "t13"."submitted_at",
    "t13"."offer_viewed_at",
    "t13"."last_offer_viewed_at",
    "t13"."upgrade_at",
    "t13"."last_upgrade_at",
    "t13"."revenue_cents",
    "t13"."upgrade_currency",
    "t13"."upgrades"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t4"."session_key",
        ANY_VALUE("t4"."session_id") AS "session_id",
        MIN("t4"."timestamp") AS "started_at",
        MAX("t4"."timestamp") AS "ended_at",
        COUNT(*) AS "events",
        ARRAY_AGG({'timestamp': "t4"."timestamp", 'named_step': "t4"."named_step"}) FILTER(WHERE
          {'timestamp': "t4"."timestamp", 'named_step': "t4"."named_step"} IS NOT NULL) AS "in_order",
        BOOL_OR(CAST("t4"."is_bot" AS BOOLEAN)) AS "is_bot",
        FIRST(
          "t4"."user_id" ORDER BY {'timestamp': "t4"."timestamp", 'event_id': "t4"."event_id"}
        ) FILTER(WHERE
          "t4"."user_id" IS NOT NULL) AS "user_id",
        FIRST(
          {'visitor_id': "t4"."visitor_id", 'country': "t4"."country", 'region': "t4"."region", 'device': "t4"."device"} ORDER BY {'timestamp': "t4"."timestamp", 'event_id': "t4"."event_id"}
        ) AS "facts_0",
        FIRST(
          {'source': "t4"."source", 'medium': "t4"."medium", 'campaign': "t4"."campaign", 'referrer': "t4"."referrer", 'landing_page': "t4"."landing_page", 'browser': "t4"."browser", 'os': "t4"."os"} ORDER BY {'timestamp': "t4"."timestamp", 'event_id': "t4"."event_id"}
        ) FILTER(WHERE
          "t4"."place" = 1) AS "facts_1",
        FIRST(
          {'job_title': "t4"."job_title", 'occupation': "t4"."occupation", 'industry': "t4"."industry", 'experience': "t4"."experience", 'education': "t4"."education", 'risk_level': "t4"."risk_level"} ORDER BY {'timestamp': "t4"."timestamp", 'event_id': "t4"."event_id"} DESC
        ) FILTER(WHERE
          (
            "t4"."place" = 3
          ) OR (
            "t4"."place" = 9
          )) AS "facts_2",
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
          "t4"."place" = 6) AS "question_2_at",
        MIN("t4"."timestamp") FILTER(WHERE
          "t4"."place" = 7) AS "question_3_at",
        MIN("t4"."timestamp") FILTER(WHERE
          "t4"."place" = 8) AS "question_4_at",
        MIN("t4"."timestamp") FILTER(WHERE
          "t4"."place" = 1) AS "step_1_at",
        MIN("t4"."timestamp") FILTER(WHERE
          "t4"."place" = 3) AS "first_submitted_at",
        MAX("t4"."timestamp") FILTER(WHERE
          "t4"."place" = 3) AS "submitted_at",
        MIN("t4"."timestamp") FILTER(WHERE
          "t4"."place" = 4) AS "offer_viewed_at",
        MAX("t4"."timestamp") FILTER(WHERE
          "t4"."place" = 4) AS "last_offer_viewed_at",
        MIN("t4"."timestamp") FILTER(WHERE
          "t4"."place" = 5) AS "upgrade_at",
        MAX("t4"."timestamp") FILTER(WHERE
          "t4"."place" = 5) AS "last_upgrade_at",
        SUM("t4"."price_cents") FILTER(WHERE
          "t4"."place" = 5) AS "revenue_cents",
        MIN("t4"."currency") FILTER(WHERE
          "t4"."place" = 5) AS "upgrade_currency",
        SUM(CAST("t4"."place" = 5 AS INT)) AS "upgrades"
      FROM (
        SELECT
          "t3".*
          EXCLUDE ("event_data")
        FROM (
          SELECT
            "t0"."session_key",
            "t0"."session_id",
            "t0"."timestamp",
            "t0"."event_id",
            "t0"."event_type",
            "t0"."step",
            "t0"."is_bot",
            "t0"."user_id",
            "t0"."event_data",
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
              THEN CAST("t0"."step" AS BIGINT) + 4
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
              WHEN "t0"."step" IS NULL
              THEN "t0"."event_type"
              ELSE "t0"."event_type" || ':' || CAST("t0"."step" AS TEXT)
            END AS "named_step",
            NULLIF(
              REGEXP_EXTRACT(
                CASE
                  WHEN "t0"."event_type" = 'ai_calculator_opened'
                  THEN COALESCE("t0"."event_data", '')
                  ELSE ''
                END,
                '"page" *: *"(/[A-Za-z0-9/._~%@!$&()*+,;=:-]{0,199})["?#]',
                1
              ),
              ''
            ) AS "landing_page",
            NULLIF(
              REGEXP_EXTRACT(
                CASE
                  WHEN "t0"."event_type" = 'ai_calculator_opened'
                  THEN COALESCE("t0"."event_data", '')
                  ELSE ''
                END,
                '"browser" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"',
                1
              ),
              ''
            ) AS "browser",
            NULLIF(
              REGEXP_EXTRACT(
                CASE
                  WHEN "t0"."event_type" = 'ai_calculator_opened'
                  THEN COALESCE("t0"."event_data", '')
                  ELSE ''
                END,
                '"os" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"',
                1
              ),
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
        1
    ) AS "t11"
    WHERE
      NOT (
        STARTS_WITH("t11"."session_id", 'mingus-server-')
      )
  ) AS "t13"
  ANTI JOIN "t5" AS "t8"
    ON "t13"."session_key" = "t8"."session_key"
), "t23" AS (
  SELECT
    "t22"."session_key",
    "t22"."session_id",
    "t22"."timestamp",
    "t22"."event_id",
    "t22"."event_type",
    "t22"."step",
    "t22"."is_bot",
    "t22"."user_id",
    "t22"."offer",
    "t22"."price_cents",
    "t22"."currency",
    "t22"."visitor_id",
    "t22"."country",
    "t22"."region",
    "t22"."device",
    "t22"."source",
    "t22"."medium",
    "t22"."campaign",
    "t22"."referrer",
    "t22"."job_title",
    "t22"."occupation",
    "t22"."industry",
    "t22"."experience",
    "t22"."education",
    "t22"."risk_level",
    "t22"."place",
    "t22"."named_step",
    "t22"."landing_page",
    "t22"."browser",
    "t22"."os",
    "t22"."session_key_right",
    "t22"."carried_run",
    "t22"."carried_no",
    "t22"."carried_until",
    "t22"."is_first",
    "t22"."before",
    "t22"."begun",
    MAX("t22"."begun") OVER (
      PARTITION BY "t22"."session_key"
      ORDER BY "t22"."timestamp" ASC, "t22"."event_id" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "run_started_at"
  FROM (
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
      "t21"."named_step",
      "t21"."landing_page",
      "t21"."browser",
      "t21"."os",
      "t21"."session_key_right",
      "t21"."carried_run",
      "t21"."carried_no",
      "t21"."carried_until",
      "t21"."is_first",
      "t21"."before",
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
        "t20"."named_step",
        "t20"."landing_page",
        "t20"."browser",
        "t20"."os",
        "t20"."session_key_right",
        "t20"."carried_run",
        "t20"."carried_no",
        "t20"."carried_until",
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
          ELSE LAG("t20"."timestamp") OVER (
            PARTITION BY "t20"."session_key"
            ORDER BY "t20"."timestamp" ASC, "t20"."event_id" ASC
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
          "t6"."named_step",
          "t6"."landing_page",
          "t6"."browser",
          "t6"."os",
          "t9"."session_key" AS "session_key_right",
          "t9"."carried_run",
          "t9"."carried_no",
          "t9"."carried_until"
        FROM (
          SELECT
            "t3".*
            EXCLUDE ("event_data")
          FROM (
            SELECT
              "t0"."session_key",
              "t0"."session_id",
              "t0"."timestamp",
              "t0"."event_id",
              "t0"."event_type",
              "t0"."step",
              "t0"."is_bot",
              "t0"."user_id",
              "t0"."event_data",
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
                THEN CAST("t0"."step" AS BIGINT) + 4
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
                WHEN "t0"."step" IS NULL
                THEN "t0"."event_type"
                ELSE "t0"."event_type" || ':' || CAST("t0"."step" AS TEXT)
              END AS "named_step",
              NULLIF(
                REGEXP_EXTRACT(
                  CASE
                    WHEN "t0"."event_type" = 'ai_calculator_opened'
                    THEN COALESCE("t0"."event_data", '')
                    ELSE ''
                  END,
                  '"page" *: *"(/[A-Za-z0-9/._~%@!$&()*+,;=:-]{0,199})["?#]',
                  1
                ),
                ''
              ) AS "landing_page",
              NULLIF(
                REGEXP_EXTRACT(
                  CASE
                    WHEN "t0"."event_type" = 'ai_calculator_opened'
                    THEN COALESCE("t0"."event_data", '')
                    ELSE ''
                  END,
                  '"browser" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"',
                  1
                ),
                ''
              ) AS "browser",
              NULLIF(
                REGEXP_EXTRACT(
                  CASE
                    WHEN "t0"."event_type" = 'ai_calculator_opened'
                    THEN COALESCE("t0"."event_data", '')
                    ELSE ''
                  END,
                  '"os" *: *"([A-Za-z][A-Za-z0-9 .+-]{0,39})"',
                  1
                ),
                ''
              ) AS "os"
            FROM "events" AS "t0"
            WHERE
              "t0"."day" >= 8111000000000000000 AND "t0"."day" <= (
                8111000000000000001 + 1
              )
          ) AS "t3"
        ) AS "t6"
        SEMI JOIN (
          SELECT
            *
          FROM (
            SELECT
              "t15"."session_key"
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
              "t7"."session_key"
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
      "t15"."session_key",
      "t15"."session_id",
      "t15"."started_at" AS "run_started_at",
      0 AS "session_no",
      "t15"."started_at",
      "t15"."ended_at",
      "t15"."events",
      LIST_APPLY(
        LIST_SORT("t15"."in_order"),
        LAMBDA __ibis_param_event__ : (
          __ibis_param_event__
        )."timestamp"
      ) AS "event_times",
      REGEXP_REPLACE(
        ARRAY_TO_STRING(
          LIST_APPLY(
            LIST_SORT("t15"."in_order"),
            LAMBDA __ibis_param_event__ : (
              __ibis_param_event__
            )."named_step"
          ),
          ' '
        ),
        ':-?[0-9]+',
        '',
        'g'
      ) AS "event_names",
      ARRAY_TO_STRING(
        LIST_APPLY(
          LIST_SORT("t15"."in_order"),
          LAMBDA __ibis_param_event__ : (
            __ibis_param_event__
          )."named_step"
        ),
        ' '
      ) AS "event_steps",
      ARRAY_LENGTH(
        CASE
          WHEN LIST_APPLY(
            LIST_SORT("t15"."in_order"),
            LAMBDA __ibis_param_event__ : (
              __ibis_param_event__
            )."timestamp"
          ) IS NULL
          THEN NULL
          ELSE LIST_DISTINCT(
            LIST_APPLY(
              LIST_SORT("t15"."in_order"),
              LAMBDA __ibis_param_event__ : (
                __ibis_param_event__
              )."timestamp"
            )
          ) + CASE
            WHEN LIST_BOOL_OR(
              LIST_APPLY(
                LIST_APPLY(
                  LIST_SORT("t15"."in_order"),
                  LAMBDA __ibis_param_event__ : (
                    __ibis_param_event__
                  )."timestamp"
                ),
                LAMBDA x : x IS NULL
              )
            )
            THEN [NULL]
            ELSE []
          END
        END
      ) < ARRAY_LENGTH(
        LIST_APPLY(
          LIST_SORT("t15"."in_order"),
          LAMBDA __ibis_param_event__ : (
            __ibis_param_event__
          )."timestamp"
        )
      ) AS "simultaneous",
      "t15"."is_bot",
      "t15"."facts_0"."visitor_id" AS "visitor_id",
      "t15"."user_id",
      "t15"."facts_0"."country" AS "country",
      "t15"."facts_0"."region" AS "region",
      "t15"."facts_0"."device" AS "device",
      "t15"."facts_1"."source" AS "source",
      "t15"."facts_1"."medium" AS "medium",
      "t15"."facts_1"."campaign" AS "campaign",
      "t15"."facts_1"."referrer" AS "referrer",
      "t15"."facts_1"."landing_page" AS "landing_page",
      "t15"."facts_1"."browser" AS "browser",
      "t15"."facts_1"."os" AS "os",
      "t15"."step_1_at",
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
      "t15"."question_2_at",
      "t15"."question_3_at",
      "t15"."question_4_at",
      "t15"."first_submitted_at",
      "t15"."submitted_at",
      "t15"."facts_2"."job_title" AS "job_title",
      "t15"."facts_2"."occupation" AS "occupation",
      "t15"."facts_2"."industry" AS "industry",
      "t15"."facts_2"."experience" AS "experience",
      "t15"."facts_2"."education" AS "education",
      "t15"."facts_2"."risk_level" AS "risk_level",
      "t15"."offer_viewed_at",
      "t15"."last_offer_viewed_at",
      "t15"."upgrade_at",
      "t15"."last_upgrade_at",
      "t15"."upgrade_currency" || ':' || CAST("t15"."revenue_cents" AS TEXT) AS "revenue"
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
      "t36"."session_key",
      "t36"."session_id",
      "t36"."run_started_at",
      "t36"."session_no",
      "t36"."started_at",
      "t36"."ended_at",
      "t36"."events",
      LIST_APPLY(
        LIST_SORT("t36"."in_order"),
        LAMBDA __ibis_param_event__ : (
          __ibis_param_event__
        )."timestamp"
      ) AS "event_times",
      REGEXP_REPLACE(
        ARRAY_TO_STRING(
          LIST_APPLY(
            LIST_SORT("t36"."in_order"),
            LAMBDA __ibis_param_event__ : (
              __ibis_param_event__
            )."named_step"
          ),
          ' '
        ),
        ':-?[0-9]+',
        '',
        'g'
      ) AS "event_names",
      ARRAY_TO_STRING(
        LIST_APPLY(
          LIST_SORT("t36"."in_order"),
          LAMBDA __ibis_param_event__ : (
            __ibis_param_event__
          )."named_step"
        ),
        ' '
      ) AS "event_steps",
      ARRAY_LENGTH(
        CASE
          WHEN LIST_APPLY(
            LIST_SORT("t36"."in_order"),
            LAMBDA __ibis_param_event__ : (
              __ibis_param_event__
            )."timestamp"
          ) IS NULL
          THEN NULL
          ELSE LIST_DISTINCT(
            LIST_APPLY(
              LIST_SORT("t36"."in_order"),
              LAMBDA __ibis_param_event__ : (
                __ibis_param_event__
              )."timestamp"
            )
          ) + CASE
            WHEN LIST_BOOL_OR(
              LIST_APPLY(
                LIST_APPLY(
                  LIST_SORT("t36"."in_order"),
                  LAMBDA __ibis_param_event__ : (
                    __ibis_param_event__
                  )."timestamp"
                ),
                LAMBDA x : x IS NULL
              )
            )
            THEN [NULL]
            ELSE []
          END
        END
      ) < ARRAY_LENGTH(
        LIST_APPLY(
          LIST_SORT("t36"."in_order"),
          LAMBDA __ibis_param_event__ : (
            __ibis_param_event__
          )."timestamp"
        )
      ) AS "simultaneous",
      "t36"."is_bot",
      "t36"."facts_0"."visitor_id" AS "visitor_id",
      "t36"."user_id",
      "t36"."facts_0"."country" AS "country",
      "t36"."facts_0"."region" AS "region",
      "t36"."facts_0"."device" AS "device",
      "t36"."facts_1"."source" AS "source",
      "t36"."facts_1"."medium" AS "medium",
      "t36"."facts_1"."campaign" AS "campaign",
      "t36"."facts_1"."referrer" AS "referrer",
      "t36"."facts_1"."landing_page" AS "landing_page",
      "t36"."facts_1"."browser" AS "browser",
      "t36"."facts_1"."os" AS "os",
      "t36"."step_1_at",
      "t36"."step_2_at",
      "t36"."step_3_at",
      "t36"."step_4_at",
      CASE
        WHEN (
          ARRAY_LENGTH(
            LIST_FILTER(
              "t36"."times_5",
              LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t36"."step_4_at"
            )
          ) > 0
        )
        AND (
          "t36"."step_4_at" IS NOT NULL
        )
        THEN LIST_MIN(
          LIST_FILTER(
            "t36"."times_5",
            LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t36"."step_4_at"
          )
        )
        ELSE NULL
      END AS "step_5_at",
      "t36"."question_2_at",
      "t36"."question_3_at",
      "t36"."question_4_at",
      "t36"."first_submitted_at",
      "t36"."submitted_at",
      "t36"."facts_2"."job_title" AS "job_title",
      "t36"."facts_2"."occupation" AS "occupation",
      "t36"."facts_2"."industry" AS "industry",
      "t36"."facts_2"."experience" AS "experience",
      "t36"."facts_2"."education" AS "education",
      "t36"."facts_2"."risk_level" AS "risk_level",
      "t36"."offer_viewed_at",
      "t36"."last_offer_viewed_at",
      "t36"."upgrade_at",
      "t36"."last_upgrade_at",
      "t36"."revenue"
    FROM (
      SELECT
        "t35"."session_key",
        "t35"."run_started_at",
        "t35"."session_no",
        "t35"."session_id",
        "t35"."started_at",
        "t35"."ended_at",
        "t35"."events",
        "t35"."in_order",
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
        "t35"."question_2_at",
        "t35"."question_3_at",
        "t35"."question_4_at",
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
        "t35"."revenue",
        "t35"."step_2_at",
        "t35"."step_3_at",
        CASE
          WHEN (
            ARRAY_LENGTH(
              LIST_FILTER(
                "t35"."times_4",
                LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t35"."step_3_at"
              )
            ) > 0
          )
          AND (
            "t35"."step_3_at" IS NOT NULL
          )
          THEN LIST_MIN(
            LIST_FILTER(
              "t35"."times_4",
              LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t35"."step_3_at"
            )
          )
          ELSE NULL
        END AS "step_4_at"
      FROM (
        SELECT
          "t34"."session_key",
          "t34"."run_started_at",
          "t34"."session_no",
          "t34"."session_id",
          "t34"."started_at",
          "t34"."ended_at",
          "t34"."events",
          "t34"."in_order",
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
          "t34"."question_2_at",
          "t34"."question_3_at",
          "t34"."question_4_at",
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
          "t34"."revenue",
          "t34"."step_2_at",
          CASE
            WHEN (
              ARRAY_LENGTH(
                LIST_FILTER(
                  "t34"."times_3",
                  LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t34"."step_2_at"
                )
              ) > 0
            )
            AND (
              "t34"."step_2_at" IS NOT NULL
            )
            THEN LIST_MIN(
              LIST_FILTER(
                "t34"."times_3",
                LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t34"."step_2_at"
              )
            )
            ELSE NULL
          END AS "step_3_at"
        FROM (
          SELECT
            "t33"."session_key",
            "t33"."run_started_at",
            "t33"."session_no",
            "t33"."session_id",
            "t33"."started_at",
            "t33"."ended_at",
            "t33"."events",
            "t33"."in_order",
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
            "t33"."question_2_at",
            "t33"."question_3_at",
            "t33"."question_4_at",
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
            "t33"."revenue",
            CASE
              WHEN (
                ARRAY_LENGTH(
                  LIST_FILTER(
                    "t33"."times_2",
                    LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t33"."step_1_at"
                  )
                ) > 0
              )
              AND (
                "t33"."step_1_at" IS NOT NULL
              )
              THEN LIST_MIN(
                LIST_FILTER(
                  "t33"."times_2",
                  LAMBDA __ibis_param_instant__ : __ibis_param_instant__ >= "t33"."step_1_at"
                )
              )
              ELSE NULL
            END AS "step_2_at"
          FROM (
            SELECT
              "t29"."session_key",
              "t29"."run_started_at",
              "t29"."session_no",
              "t29"."session_id",
              "t29"."started_at",
              "t29"."ended_at",
              "t29"."events",
              "t29"."in_order",
              "t29"."is_bot",
              "t29"."user_id",
              "t29"."facts_0",
              "t29"."facts_1",
              "t29"."facts_2",
              "t29"."first_1",
              "t29"."first_2",
              "t29"."first_3",
              "t29"."first_4",
              "t29"."first_5",
              "t29"."question_2_at",
              "t29"."question_3_at",
              "t29"."question_4_at",
              "t29"."step_1_at",
              "t29"."first_submitted_at",
              "t29"."submitted_at",
              "t29"."offer_viewed_at",
              "t29"."last_offer_viewed_at",
              "t29"."upgrade_at",
              "t29"."last_upgrade_at",
              "t29"."times_2",
              "t29"."times_3",
              "t29"."times_4",
              "t29"."times_5",
              "t32"."revenue"
            FROM (
              SELECT
                "t25"."session_key",
                "t25"."run_started_at",
                "t25"."session_no",
                ANY_VALUE("t25"."session_id") AS "session_id",
                MIN("t25"."timestamp") AS "started_at",
                MAX("t25"."timestamp") AS "ended_at",
                COUNT(*) AS "events",
                ARRAY_AGG({'timestamp': "t25"."timestamp", 'named_step': "t25"."named_step"}) FILTER(WHERE
                  {'timestamp': "t25"."timestamp", 'named_step': "t25"."named_step"} IS NOT NULL) AS "in_order",
                BOOL_OR(CAST("t25"."is_bot" AS BOOLEAN)) AS "is_bot",
                FIRST(
                  "t25"."user_id" ORDER BY {'timestamp': "t25"."timestamp", 'event_id': "t25"."event_id"}
                ) FILTER(WHERE
                  "t25"."user_id" IS NOT NULL) AS "user_id",
                FIRST(
                  {'visitor_id': "t25"."visitor_id", 'country': "t25"."country", 'region': "t25"."region", 'device': "t25"."device"} ORDER BY {'timestamp': "t25"."timestamp", 'event_id': "t25"."event_id"}
                ) AS "facts_0",
                FIRST(
                  {'source': "t25"."source", 'medium': "t25"."medium", 'campaign': "t25"."campaign", 'referrer': "t25"."referrer", 'landing_page': "t25"."landing_page", 'browser': "t25"."browser", 'os': "t25"."os"} ORDER BY {'timestamp': "t25"."timestamp", 'event_id': "t25"."event_id"}
                ) FILTER(WHERE
                  "t25"."place" = 1) AS "facts_1",
                FIRST(
                  {'job_title': "t25"."job_title", 'occupation': "t25"."occupation", 'industry': "t25"."industry", 'experience': "t25"."experience", 'education': "t25"."education", 'risk_level': "t25"."risk_level"} ORDER BY {'timestamp': "t25"."timestamp", 'event_id': "t25"."event_id"} DESC
                ) FILTER(WHERE
                  (
                    "t25"."place" = 3
                  ) OR (
                    "t25"."place" = 9
                  )) AS "facts_2",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 1) AS "first_1",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 2) AS "first_2",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 3) AS "first_3",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 4) AS "first_4",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 5) AS "first_5",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 6) AS "question_2_at",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 7) AS "question_3_at",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 8) AS "question_4_at",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 1) AS "step_1_at",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 3) AS "first_submitted_at",
                MAX("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 3) AS "submitted_at",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 4) AS "offer_viewed_at",
                MAX("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 4) AS "last_offer_viewed_at",
                MIN("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 5) AS "upgrade_at",
                MAX("t25"."timestamp") FILTER(WHERE
                  "t25"."place" = 5) AS "last_upgrade_at",
                ARRAY_AGG("t25"."timestamp") FILTER(WHERE
                  "t25"."timestamp" IS NOT NULL AND "t25"."place" = 2) AS "times_2",
                ARRAY_AGG("t25"."timestamp") FILTER(WHERE
                  "t25"."timestamp" IS NOT NULL AND "t25"."place" = 3) AS "times_3",
                ARRAY_AGG("t25"."timestamp") FILTER(WHERE
                  "t25"."timestamp" IS NOT NULL AND "t25"."place" = 4) AS "times_4",
                ARRAY_AGG("t25"."timestamp") FILTER(WHERE
                  "t25"."timestamp" IS NOT NULL AND "t25"."place" = 5) AS "times_5"
              FROM (
                SELECT
                  "t24"."session_key",
                  "t24"."session_id",
                  "t24"."timestamp",
                  "t24"."event_id",
                  "t24"."event_type",
                  "t24"."step",
                  "t24"."is_bot",
                  "t24"."user_id",
                  "t24"."offer",
                  "t24"."price_cents",
                  "t24"."currency",
                  "t24"."visitor_id",
                  "t24"."country",
                  "t24"."region",
                  "t24"."device",
                  "t24"."source",
                  "t24"."medium",
                  "t24"."campaign",
                  "t24"."referrer",
                  "t24"."job_title",
                  "t24"."occupation",
                  "t24"."industry",
                  "t24"."experience",
                  "t24"."education",
                  "t24"."risk_level",
                  "t24"."place",
                  "t24"."named_step",
                  "t24"."landing_page",
                  "t24"."browser",
                  "t24"."os",
                  "t24"."session_key_right",
                  "t24"."carried_run",
                  "t24"."carried_no",
                  "t24"."carried_until",
                  "t24"."is_first",
                  "t24"."before",
                  "t24"."begun",
                  "t24"."run_started_at",
                  CAST(FLOOR((
                    "t24"."timestamp" - "t24"."run_started_at"
                  ) / (
                    86400000000
                  )) AS BIGINT) AS "session_no"
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
                        )) AS BIGINT) <= "t24"."carried_no"
                      ),
                      FALSE
                    )
                  )
              ) AS "t25"
              GROUP BY
                1,
                2,
                3
            ) AS "t29"
            LEFT OUTER JOIN (
              SELECT
                "t30"."session_key",
                "t30"."run_started_at",
                "t30"."session_no",
                ARRAY_TO_STRING(
                  LIST_SORT(ARRAY_AGG("t30"."amount") FILTER(WHERE
                    "t30"."amount" IS NOT NULL)),
                  ' '
                ) AS "revenue"
              FROM (
                SELECT
                  "t27"."session_key",
                  "t27"."run_started_at",
                  "t27"."session_no",
                  "t27"."currency",
                  "t27"."cents",
                  "t27"."currency" || ':' || CAST("t27"."cents" AS TEXT) AS "amount"
                FROM (
                  SELECT
                    "t26"."session_key",
                    "t26"."run_started_at",
                    "t26"."session_no",
                    "t26"."currency",
                    SUM("t26"."price_cents") AS "cents"
                  FROM (
                    SELECT DISTINCT
                      "t24"."session_key",
                      "t24"."run_started_at",
                      CAST(FLOOR((
                        "t24"."timestamp" - "t24"."run_started_at"
                      ) / (
                        86400000000
                      )) AS BIGINT) AS "session_no",
                      "t24"."offer",
                      "t24"."currency",
                      "t24"."price_cents"
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
                            )) AS BIGINT) <= "t24"."carried_no"
                          ),
                          FALSE
                        )
                      )
                      AND "t24"."place" = 5
                      AND "t24"."price_cents" IS NOT NULL
                  ) AS "t26"
                  GROUP BY
                    1,
                    2,
                    3,
                    4
                ) AS "t27"
              ) AS "t30"
              GROUP BY
                1,
                2,
                3
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