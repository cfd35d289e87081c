"""The questions of `benchmarks.warehouse` as SQL written by hand, for DuckDB and for ClickHouse."""

from __future__ import annotations

from itertools import pairwise

from backend.analytics.warehouse.relations import DAY, STEP_COLUMNS

ZONE = "America/New_York"
FUNNELS = {"five_steps": 5}
WAITS = [f"quantile_cont(epoch_us({b}) - epoch_us({a}), [0.5, 0.9])" for a, b in pairwise(STEP_COLUMNS)]
IN_PERIOD = "timestamp >= '{start}' AND timestamp < '{end}' AND day BETWEEN '{first}' AND '{last}'"
BEGAN = "NOT is_bot AND started_at >= '{start}' AND started_at < '{end}' AND day BETWEEN '{first}' AND '{last}'"
PLACES = ["event_type = 'ai_calculator_opened'", "step = 1"]
PLACES += [
    f"event_type = '{name}'" for name in ("assessment_submitted", "conversion_offer_viewed", "paid_upgrade_clicked")
]
FIRSTS = [f"min(timestamp) FILTER ({place}) AS f{n}" for n, place in enumerate(PLACES, 1)]
IN_ORDER = [" AND ".join(f"f{n} <= f{n + 1}" for n in range(1, last)) or "f1 IS NOT NULL" for last in range(1, 6)]


def funnel_by_hand(steps: int) -> str:
    columns = [*(f"count({step})" for step in STEP_COLUMNS[:steps]), *WAITS[: steps - 1]]
    opened = "NOT is_bot AND step_1_at >= '{start}' AND step_1_at < '{end}' AND day BETWEEN '{first}' AND '{last}'"
    return f"SELECT {', '.join(columns)} FROM sessions WHERE {opened}"


def funnel_of_events(steps: int) -> str:
    counts = ", ".join(f"count(*) FILTER ({order})" for order in IN_ORDER[:steps])
    firsts = ", ".join(FIRSTS[:steps])
    return f"SELECT {counts} FROM (SELECT {firsts} FROM events WHERE NOT is_bot AND {IN_PERIOD} GROUP BY session_key)"


# Enough of a session for conversions, where a stream is one session.
SESSIONS_BY_HAND = (
    "(SELECT session_key, any_value(visitor_id) AS person, bool_or(is_bot) AS is_bot, min(timestamp) AS started_at,"
    " min(day) AS day, arg_max(risk_level, timestamp) FILTER (event_type = 'assessment_submitted') AS risk_level,"
    " min(timestamp) FILTER (event_type = 'assessment_submitted') AS first_submitted_at,"
    " max(timestamp) FILTER (event_type = 'assessment_submitted') AS submitted_at,"
    " min(timestamp) FILTER (event_type = 'conversion_offer_viewed') AS offer_viewed_at,"
    " max(timestamp) FILTER (event_type = 'conversion_offer_viewed') AS last_offer_viewed_at,"
    " min(timestamp) FILTER (event_type = 'paid_upgrade_clicked') AS upgrade_at,"
    " max(timestamp) FILTER (event_type = 'paid_upgrade_clicked') AS last_upgrade_at"
    " FROM events WHERE day BETWEEN '{first}' AND '{until}' GROUP BY session_key)"
)


def conversions_by_hand(sessions: str) -> str:
    """Sessions and people with a result, and of these people those whose offer or upgrade followed it in a day."""
    followed = (
        "SELECT risk_level, count(DISTINCT person) AS people FROM began JOIN {things} USING (person) WHERE"
        " first BETWEEN first_submitted_at AND submitted_at + INTERVAL 1 DAY"
        " OR last BETWEEN first_submitted_at AND submitted_at + INTERVAL 1 DAY GROUP BY ALL"
    )
    return (
        f"WITH every AS (SELECT * FROM {sessions} WHERE NOT is_bot AND day BETWEEN '{{first}}' AND '{{until}}'),"
        f" began AS (SELECT * FROM every WHERE {BEGAN}),"
        " offers AS (SELECT person, offer_viewed_at AS first, last_offer_viewed_at AS last FROM every"
        " WHERE offer_viewed_at IS NOT NULL),"
        " upgrades AS (SELECT person, upgrade_at AS first, last_upgrade_at AS last FROM every"
        " WHERE upgrade_at IS NOT NULL)"
        " SELECT s.*, o.people, u.people FROM (SELECT risk_level, count(submitted_at), count(offer_viewed_at),"
        " count(upgrade_at), count(DISTINCT person) FILTER (submitted_at IS NOT NULL) FROM began GROUP BY ALL) s"
        f" LEFT JOIN ({followed.format(things='offers')}) o ON o.risk_level IS NOT DISTINCT FROM s.risk_level"
        f" LEFT JOIN ({followed.format(things='upgrades')}) u ON u.risk_level IS NOT DISTINCT FROM s.risk_level"
    )


HAND = {
    **{(name, "sessions"): funnel_by_hand(steps) for name, steps in FUNNELS.items()},
    **{(name, "events"): funnel_of_events(steps) for name, steps in FUNNELS.items()},
    ("conversions", "sessions"): conversions_by_hand("sessions"),
    ("conversions", "events"): conversions_by_hand(SESSIONS_BY_HAND),
    ("revenue", "sessions"): f"SELECT timezone('{ZONE}', started_at)::DATE, source, revenue[:3],"
    f" sum(revenue[5:]::BIGINT) FROM sessions WHERE revenue IS NOT NULL AND {BEGAN} GROUP BY ALL",
    ("revenue", "events"): f"SELECT timezone('{ZONE}', started_at)::DATE, source, currency, sum(cents) FROM (SELECT"
    " min(timestamp) AS started_at, min(day) AS day, bool_or(is_bot) AS is_bot, max(source) AS source,"
    " max(currency) AS currency, sum(price_cents) AS cents"
    " FROM events WHERE day BETWEEN '{first}' AND '{until}' GROUP BY session_key)"
    f" WHERE cents IS NOT NULL AND {BEGAN} GROUP BY ALL",
}


def window_funnel(steps: int) -> str:
    taken = ", ".join(f"ifNull({place}, false)" for place in PLACES[:steps])
    return (
        f"SELECT level, count() FROM (SELECT session_key, windowFunnel({DAY})("
        f"assumeNotNull(toUnixTimestamp64Micro(timestamp))::UInt64, {taken}) AS level "
        "FROM deltaLakeLocal('{folder}/events') WHERE not is_bot AND timestamp >= toDateTime64('{start}', 6, 'UTC') "
        "AND timestamp < toDateTime64('{end}', 6, 'UTC') GROUP BY session_key) GROUP BY level"
    )
