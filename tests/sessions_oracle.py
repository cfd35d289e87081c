"""Sessions as the rule says them, event by event, in plain Python; and rows of the lake to try it on."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from backend.analytics.events.names import EventName
from backend.analytics.events.steps import WAY
from backend.analytics.lake.shape import session_key
from backend.analytics.lake.tables import EVENTS
from backend.analytics.warehouse.engine import SESSION_COLUMNS as COLUMNS
from backend.analytics.warehouse.question import Question
from backend.analytics.warehouse.relations import SESSIONS, relation

SECOND = 1_000_000
HALF_AN_HOUR = 1_800 * SECOND
DAY = 86_400 * SECOND
OPENING = ("source", "medium", "campaign", "referrer")
TOLD = {"landing_page": "page", "browser": "browser", "os": "os"}
RESULTS = {EventName.ASSESSMENT_SUBMITTED, EventName.ASSESSMENT_REFINED}
SUBMISSION = ("job_title", "occupation", "industry", "experience", "education", "risk_level")
PLAIN = dict.fromkeys(EVENTS.columns)
ALL_SESSIONS = Question("all sessions", (), lambda: relation(SESSIONS).select(COLUMNS))


def event(session_id, timestamp, event_type=EventName.CALCULATOR_OPENED, **columns):
    """A row of the lake's events; `timestamp` in microseconds since 1970."""
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=timestamp)
    content = (session_id, timestamp, event_type, sorted(columns.items()))
    return PLAIN | {
        "day": instant.date(),
        "event_id": hashlib.md5(repr(content).encode()).hexdigest(),
        "event_type": str(event_type),
        "session_id": session_id,
        "session_key": session_key(session_id),
        "timestamp": instant,
        "received_at": instant,
        "is_bot": False,
        "event_data": "{}",
        **columns,
    }


def micros(instant):
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def day_number(day):
    return (day - date(1970, 1, 1)).days


def sessions(events):
    """What `sessionise` must find in events since the beginning of time: tuples of `COLUMNS`."""
    streams = defaultdict(list)
    for row in events:
        if not row["session_id"].startswith("mingus-server-"):
            streams[row["session_id"]].append(row)
    expected = []
    for stream in streams.values():
        stream.sort(key=lambda row: (row["timestamp"], row["event_id"]))
        parts, run, last = defaultdict(list), None, None
        for row in stream:
            now = micros(row["timestamp"])
            if run is None or now - last > HALF_AN_HOUR:
                run = now
            parts[run, (now - run) // DAY].append(row)
            last = now
        expected += [_session(*key, rows) for key, rows in parts.items()]
    return sorted(expected)


def _session(run, number, rows):
    first, last = rows[0], rows[-1]
    opened = [row for row in rows if row["event_type"] == EventName.CALCULATOR_OPENED]
    submitted = [row for row in rows if row["event_type"] == EventName.ASSESSMENT_SUBMITTED]
    results = [row for row in rows if row["event_type"] in RESULTS]
    offered = [row for row in rows if row["event_type"] == EventName.OFFER_VIEWED]
    upgraded = [row for row in rows if row["event_type"] == EventName.UPGRADE_CLICKED]
    user_id = next((row["user_id"] for row in rows if row["user_id"] is not None), None)
    facts = {
        **first,
        "run_started_at": run,
        "session_no": number,
        "started_at": micros(first["timestamp"]),
        "ended_at": micros(last["timestamp"]),
        "events": len(rows),
        **_in_order(rows),
        "is_bot": any(row["is_bot"] for row in rows),
        "user_id": user_id,
        "person": _person(user_id, first["visitor_id"], first["session_id"]),
        **{name: opened[0][name] if opened else None for name in OPENING},
        **{name: _told(opened, said_as) for name, said_as in TOLD.items()},
        **{name: results[-1][name] if results else None for name in SUBMISSION},
        **dict(zip([f"step_{n}_at" for n in range(1, 6)], _steps(rows), strict=True)),
        **{f"question_{n}_at": _first_answer(rows, n) for n in (2, 3, 4)},
        **_first_and_last(submitted, "first_submitted_at", "submitted_at"),
        **_first_and_last(offered, "offer_viewed_at", "last_offer_viewed_at"),
        **_first_and_last(upgraded, "upgrade_at", "last_upgrade_at"),
        "revenue": " ".join(f"{currency}:{cents}" for currency, cents in sorted(_revenue(upgraded).items())) or None,
    }
    return tuple(facts[name] for name in COLUMNS)


def _told(opened, name):
    """What the first opening says of its page, without the query, or of its browser; None where that is no text."""
    told = json.loads(opened[0]["event_data"]).get(name) if opened else None
    return re.split("[?#]", told)[0] if isinstance(told, str) and told else None


def _in_order(rows):
    """The events by time, of one instant by name."""
    order = sorted((micros(row["timestamp"]), _named_step(row), row["event_type"]) for row in rows)
    return {
        "event_times": [at for at, _, _ in order],
        "event_names": " ".join(name for _, _, name in order),
        "event_steps": " ".join(step for _, step, _ in order),
        "simultaneous": len({at for at, _, _ in order}) < len(order),
    }


def _named_step(row):
    return row["event_type"] if row["step"] is None else f"{row['event_type']}:{row['step']}"


def _revenue(upgraded):
    """What was asked for in each currency, equal clicks counted once."""
    sums = {}
    for _, currency, cents in {(row["offer"], row["currency"] or "USD", row["price_cents"]) for row in upgraded}:
        if cents is not None:
            sums[currency] = sums.get(currency, 0) + cents
    return sums


def _first_and_last(rows, first, last):
    return {
        first: micros(rows[0]["timestamp"]) if rows else None,
        last: micros(rows[-1]["timestamp"]) if rows else None,
    }


def _person(user_id, visitor_id, session_id):
    if user_id is not None:
        return session_key(f"u{user_id}")
    return session_key(session_id if visitor_id is None else f"v{visitor_id}")


def _steps(rows):
    """Each step's first event not before the step before it."""
    reached, steps = 0, []
    for definition in WAY:
        at = [micros(row["timestamp"]) for row in rows if reached is not None and step_name(row) == definition.name]
        reached = min((instant for instant in at if instant >= reached), default=None)
        steps.append(reached)
    return steps


def _first_answer(rows, number):
    """When an optional question was first answered, wherever in the order."""
    name = f"{EventName.STEP_COMPLETED}:{number}"
    return next((micros(row["timestamp"]) for row in rows if step_name(row) == name), None)


def step_name(row):
    name = row["event_type"]
    return f"{name}:{row['step']}" if name == EventName.STEP_COMPLETED else name
