"""The catalogue's answers by plain loops over sessions and events, as its definitions say them in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAST = 10
HAPPENED = {
    "opened": "step_1_at",
    "question_1": "step_2_at",
    "question_2": "question_2_at",
    "question_3": "question_3_at",
    "question_4": "question_4_at",
    "assessments": "submitted_at",
    "offers_viewed": "offer_viewed_at",
    "upgrades": "upgrade_at",
}
DOINGS = {
    "assessment_submitted": "results",
    "conversion_offer_viewed": "offers",
    "paid_upgrade_clicked": "upgrades_asked",
}
RATIOS = {
    "bounce_rate": ("bounces", "sessions"),
    "completion_rate": ("assessments", "opened"),
    "offer_rate": ("offer_visitors", "result_visitors"),
    "conversion_rate": ("plan_visitors", "result_visitors"),
    "revenue_per_visitor": ("revenue", "visitors"),
    "revenue_per_upgrade": ("revenue", "priced_upgrades"),
}


def person(row):
    return row["user_id"] or row["visitor_id"] or row["session_id"]


def revenue(row):
    """What a session asked to pay, by currency."""
    amounts = (amount.split(":") for amount in (row["revenue"] or "").split())
    return {currency: int(cents) for currency, cents in amounts}


def with_first_seen(visits):
    """The visits, each with the week and the month in which its person's first one began, in UTC."""
    firsts = {}
    for row in visits:
        firsts[person(row)] = min(firsts.get(person(row), row["started_at"]), row["started_at"])
    for row in visits:
        day = moment(firsts[person(row)]).date()
        row |= {"first_seen_week": f"{day - timedelta(days=day.weekday())}", "first_seen_month": f"{day:%Y-%m}"}
    return visits


def within(period, rows, instant, *, bots=False):
    """The rows of a period; `instant` names the column that says when."""
    return [row for row in rows if period.start <= moment(row[instant]) < period.end and (bots or not row["is_bot"])]


def moment(instant):
    return instant if isinstance(instant, datetime) else EPOCH + timedelta(microseconds=instant)


def bucket(row, instant, grain, zone):
    """Where the bucket of a row begins, as the answer spells it."""
    local = moment(row[instant]).astimezone(ZoneInfo(zone))
    if grain == "hour":
        return local.replace(minute=0, second=0, microsecond=0).isoformat()
    day = local.date()
    back = {"day": 0, "week": day.weekday(), "month": day.day - 1}[grain]
    return (day - timedelta(days=back)).isoformat()


def key(row, name):
    return row["occupation"] and row["occupation"][:2] if name == "major_group" else row[name]


def rows_by(rows, instant, grain, dimensions, zone):
    """The rows of each key."""
    groups = {}
    for row in rows:
        keys = [bucket(row, instant, grain, zone)] if grain else []
        groups.setdefault((*keys, *(key(row, name) for name in dimensions)), []).append(row)
    return groups


def of_sessions(sessions, everybody, window, currency="USD"):
    """Every measure of some sessions; what followed their results may be in any session of everybody's."""
    counts = {"sessions": len(sessions), "session_events": sum(row["events"] for row in sessions)}
    counts["visitors"] = len({person(row) for row in sessions})
    acts = [[name for name in row["event_names"].split() if name != "web_vitals"] for row in sessions]
    counts["bounces"] = sum(len(names) <= 1 for names in acts)
    for name, column in HAPPENED.items():
        counts[name] = sum(row[column] is not None for row in sessions)
    results = [row for row in sessions if row["submitted_at"]]
    counts["result_visitors"] = len({person(row) for row in results})
    counts["offer_visitors"] = len(followed(results, everybody, "offers", window))
    counts["plan_visitors"] = len(followed(results, everybody, "upgrades_asked", window))
    prices = [asked[currency] for asked in map(revenue, sessions) if currency in asked]
    counts |= {"priced_upgrades": len(prices), "revenue": sum(prices)}
    took = [row["submitted_at"] - row["step_1_at"] for row in sessions if row["submitted_at"] and row["step_1_at"]]
    counts["mistimed_results"] = sum(wait < 0 for wait in took)
    took = [wait for wait in took if wait >= 0]
    counts["timed_results"] = len(took)
    counts["median_time_to_result"], counts["p90_time_to_result"] = quantile(took, 0.5), quantile(took, 0.9)
    counts["median_duration"] = quantile([row["ended_at"] - row["started_at"] for row in sessions], 0.5)
    for name, (part, whole) in RATIOS.items():
        counts[name] = counts[part] / counts[whole] if counts[whole] >= LEAST else None
    return counts


def with_doings(visits, events):
    """The visits, each with the instants of its results, offers and upgrades, event by event."""
    by_stream = {}
    for row in visits:
        row |= {name: [] for name in DOINGS.values()}
        by_stream.setdefault(row["session_id"], []).append(row)
    for event in events:
        if name := DOINGS.get(event["event_type"]):
            [visit] = [
                row
                for row in by_stream[event["session_id"]]
                if moment(row["started_at"]) <= event["timestamp"] <= moment(row["ended_at"])
            ]
            visit[name].append(event["timestamp"])
    return visits


def followed(results, everybody, name, window):
    """The people who did something in a window after a result of theirs, whichever session that was."""
    did = {}
    for row in everybody:
        did.setdefault(person(row), []).extend(row[name])
    return {
        person(row)
        for row in results
        for result in row["results"]
        if any(result <= at <= result + window for at in did.get(person(row), ()))
    }


def quantile(waits, share):
    """Between neighbours in proportion; in seconds."""
    if not waits:
        return None
    waits, place = sorted(waits), share * (len(waits) - 1)
    low = int(place)
    high = min(low + 1, len(waits) - 1)
    return (waits[low] + (place - low) * (waits[high] - waits[low])) / 1_000_000
