"""What an experiment counts, by plain loops over units and their events, as docs/experiments.md says it in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo

from backend.analytics.events.names import EventName

RESULT, OFFER, UPGRADE = EventName.ASSESSMENT_SUBMITTED, EventName.OFFER_VIEWED, EventName.UPGRADE_CLICKED
ONCE = {
    "opened": EventName.CALCULATOR_OPENED, "assessments": RESULT, "result_visitors": RESULT, "offers_viewed": OFFER,
    "upgrades": UPGRADE,
}  # fmt: skip
FOLLOWED = {"offer_visitors": OFFER, "plan_visitors": UPGRADE}
TIMES = {"leads": "lead_captured"}
RATIOS = {
    "conversion_rate": ("plan_visitors", "result_visitors"),
    "offer_rate": ("offer_visitors", "result_visitors"),
    "completion_rate": ("result_sessions", "opened_sessions"),
    "bounce_rate": ("bounces", "sessions"),
    "revenue_per_upgrade": ("revenue", "priced_upgrades"),
}
BEFORE = timedelta(days=14)


class Unit:
    """One unit: where and when it was first seen, and whatever it did, at any time."""

    def __init__(self, exposures):
        exposures = sorted(exposures, key=lambda row: row["timestamp"])
        self.at, self.variant = exposures[0]["timestamp"], exposures[0]["data"]["variant"]
        self.version, self.country = exposures[0]["data"]["weights_version"], exposures[0]["country"]
        self.variants = {row["data"]["variant"] for row in exposures}
        self.is_bot = any(row["is_bot"] for row in exposures)
        self.events, self.sessions = [], []

    def value(self, name, since, until, followed):
        """What it did from `since` and before `until`; a session that goes on at the exposure is one after it."""
        events = [row for row in self.events if since <= row["timestamp"] < until]
        if name in ONCE:
            return int(any(row["event_type"] == ONCE[name] for row in events))
        if name in FOLLOWED:
            results = [row["timestamp"] for row in events if row["event_type"] == RESULT]
            instants = [row["timestamp"] for row in events if row["event_type"] == FOLLOWED[name]]
            return int(any(result <= at <= result + followed for result in results for at in instants))
        if name in TIMES:
            return sum(row["event_type"] == TIMES[name] for row in events)
        clicks = {
            (row["session_id"], row["offer"], row["price_cents"])
            for row in events
            if row["event_type"] == UPGRADE and row["currency"] == "USD"
        }
        if name in ("revenue", "revenue_per_visitor"):
            return sum(cents for _, _, cents in clicks)
        if name == "priced_upgrades":
            return len(clicks)
        return sum(amount(row, name) for row in self.sessions if since <= self.instant(row) < until)

    def instant(self, row):
        return max(row["started_at"], self.at) if row["ended_at"] >= self.at else row["started_at"]


def amount(row, name):
    acts = [act for act in row["event_names"].split() if act != "web_vitals"]
    return {
        "sessions": 1, "session_events": row["events"], "bounces": int(len(acts) <= 1),
        "opened_sessions": int(row["step_1_at"] is not None), "result_sessions": int(row["submitted_at"] is not None),
    }[name]  # fmt: skip


def links(events, until):
    """The account of each visitor who signed in to just one."""
    accounts = defaultdict(set)
    for row in events:
        if row["visitor_id"] and row["user_id"] and row["timestamp"] < until:
            accounts[row["visitor_id"]].add(row["user_id"])
    return {visitor: min(ids) for visitor, ids in accounts.items() if len(ids) == 1}


def ids_of(row, unit, accounts):
    if unit == "user":
        return [("u", row["user_id"])]
    if unit == "session":
        return [("v", row["visitor_id"]), ("s", row["session_id"])]
    account = accounts.get(row["visitor_id"]) or (None if row["visitor_id"] else row["user_id"])
    return [("u", account)] if account else [("v", row["visitor_id"])]


def units_of(test, events, sessions, start, until):
    """Each unit of phase 1, with all that it ever did. `events` and `sessions` are those of people and robots."""
    unit = test.split("-")[0]
    accounts = links(events, until) if unit == "visitor" else {}
    exposures = defaultdict(list)
    for row in events:
        data = row["data"]
        if row["event_type"] != "experiment_exposed" or row["session_id"] != "mingus-server-experiments":
            continue
        if (data["experiment"], data["phase"]) == (test, 1) and start <= row["timestamp"] < until:
            by_session = ("s", data.get("session"))
            exposures[by_session if data["unit_key"] == "session_id" else ids_of(row, unit, accounts)[0]].append(row)
    units = {key: Unit(rows) for key, rows in exposures.items() if key[1]}
    for rows, name in ((events, "events"), (sessions, "sessions")):
        for row in rows:
            for key in ids_of(row, unit, accounts):
                if key in units and not row["is_bot"]:
                    getattr(units[key], name).append(row)
    return units


def counted(units, measures, until, window, followed):
    """By variant, for each measure: units and the sums of y, y², x, x², xy, and of ratios also of d, d², yd."""
    standings, kept = Counter(), []
    for unit in units.values():
        standing = standing_of(unit, until, window)
        standings[standing] += 1
        if standing == "counted":
            kept.append(unit)
    return standings, {
        (name, variant): sums([unit for unit in kept if unit.variant == variant], name, until, window, followed)
        for name in measures
        for variant in {unit.variant for unit in kept}
    }


def standing_of(unit, until, window):
    if unit.is_bot:
        return "bot"
    if len(unit.variants) > 1:
        return "crossed"
    return "immature" if window and unit.at + window > until else "counted"


def sums(units, name, until, window, followed):
    total = Counter(n=len(units))
    for unit in units:
        end = min(until, unit.at + window) if window else until
        parts = RATIOS.get(name, (name,))
        y, *d = (unit.value(part, unit.at, end, followed) for part in parts)
        x, *_ = (unit.value(part, unit.at - BEFORE, unit.at, followed) for part in parts)
        total.update({"y": y, "yy": y * y, "x": x, "xx": x * x, "xy": x * y, "some": int(y != 0)})
        if d:
            total.update({"d": d[0], "dd": d[0] ** 2, "yd": y * d[0]})
    return total


def day_of(unit, start, zone):
    """How many whole days of the test were over when the unit came, by the local clock."""
    local = [instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for instant in (unit.at, start)]
    return (local[0] - local[1]) // timedelta(days=1)


def variants_of(session, exposures):
    """All that the person of a session was in by its end, entered in it or in the 90 days before."""
    seen = {
        f"{row['data']['experiment']}: {row['data']['variant']}"
        for row in exposures
        if session["started_at"] - timedelta(days=90) <= row["timestamp"] <= session["ended_at"]
        and any(
            session[name] is not None and session[name] == value
            for name, value in (
                ("user_id", row["user_id"]),
                ("visitor_id", row["visitor_id"]),
                ("session_id", row["data"].get("session")),
            )
        )
    }
    return ", ".join(sorted(seen)) or None
