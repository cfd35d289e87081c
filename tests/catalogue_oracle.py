"""The catalogue's answers by plain loops over sessions and events, as its definitions say them in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAST = 10
STEPS = {"opened": 1, "question_1": 2, "question_2": 3, "question_3": 4, "question_4": 5}
HAPPENED = {"assessments": "submitted_at", "offers_viewed": "offer_viewed_at", "upgrades": "upgrade_at"}
RATIOS = {
    "completion_rate": ("assessments", "opened"),
    "offer_rate": ("offers_viewed", "assessments"),
    "conversion_rate": ("upgrades", "assessments"),
    "revenue_per_visitor": ("revenue", "visitors"),
    "revenue_per_upgrade": ("revenue", "upgrades"),
}


def person(row):
    return row["user_id"] or row["visitor_id"] or row["session_id"]


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


def of_sessions(sessions, currency="USD"):
    """Every measure of sessions, over some."""
    counts = {"sessions": len(sessions), "session_events": sum(row["events"] for row in sessions)}
    counts["visitors"] = len({person(row) for row in sessions})
    for name, number in STEPS.items():
        counts[name] = sum(row[f"step_{number}_at"] is not None for row in sessions)
    for name, column in HAPPENED.items():
        counts[name] = sum(row[column] is not None for row in sessions)
    counts["revenue"] = sum(row["revenue_cents"] or 0 for row in sessions if row["currency"] == currency)
    took = [row["submitted_at"] - row["step_1_at"] for row in sessions if row["submitted_at"] and row["step_1_at"]]
    counts["median_time_to_result"], counts["p90_time_to_result"] = quantile(took, 0.5), quantile(took, 0.9)
    counts["median_duration"] = quantile([row["ended_at"] - row["started_at"] for row in sessions], 0.5)
    for name, (part, whole) in RATIOS.items():
        counts[name] = counts[part] / counts[whole] if counts[whole] >= LEAST else None
    return counts


def quantile(waits, share):
    """Between neighbours in proportion; in seconds."""
    if not waits:
        return None
    waits, place = sorted(waits), share * (len(waits) - 1)
    low = int(place)
    high = min(low + 1, len(waits) - 1)
    return (waits[low] + (place - low) * (waits[high] - waits[low])) / 1_000_000
