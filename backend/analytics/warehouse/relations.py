"""The lake's tables as a question sees them: days and instants are integers, the same in every engine.

`day` counts days since 1970, every instant microseconds since 1970, UTC. Comparing and subtracting integers needs no
time zone, so engines cannot disagree about one.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from backend.analytics.events.steps import OPTIONAL, WAY
from backend.analytics.lake.tables import INSTANT, LakeTable

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue, Table

SECOND = 1_000_000
DAY = 86_400 * SECOND
EPOCH = date(1970, 1, 1)
STEP_COLUMNS = tuple(f"step_{number}_at" for number in range(1, len(WAY) + 1))
QUESTION_COLUMNS = {number: f"question_{number}_at" for number in OPTIONAL}

SESSIONS = LakeTable(
    "sessions",
    {
        "day": "date",  # of `started_at`
        "session_key": "int64",
        "session_id": "string",  # as the sender calls it; one may hold several sessions
        "run_started_at": INSTANT,  # a run has no gap of more than half an hour
        "session_no": "int64",  # which 24 hours of the run
        "started_at": INSTANT,
        "ended_at": INSTANT,
        "events": "int64",
        # Its events in the order of time. A funnel of any steps finds all it asks for in its sessions' own rows.
        "event_times": "array<int64>",
        # One text for each session, with spaces: most sessions go the same few ways, so that an engine reads each once.
        "event_names": "string",
        "event_steps": "string",  # the names, with `:n` behind them where the event has a step
        "simultaneous": "boolean",  # whether two of them are of one instant
        "is_bot": "boolean",
        "person": "int64",  # whose it is, as far as may be known: numbers are counted apart five times as fast
        "visitor_id": "string",
        "user_id": "string",
        "country": "string",
        "region": "string",
        "device": "string",
        "source": "string",
        "medium": "string",
        "campaign": "string",
        "referrer": "string",
        "landing_page": "string",  # the path alone
        "browser": "string",
        "os": "string",
        **dict.fromkeys(STEP_COLUMNS, INSTANT),
        **dict.fromkeys(QUESTION_COLUMNS.values(), INSTANT),  # first answered, wherever in the order
        "first_submitted_at": INSTANT,
        "submitted_at": INSTANT,  # the last time
        # Of the result as it was last, refined or not:
        "job_title": "string",
        "occupation": "string",
        "industry": "string",
        "experience": "string",
        "education": "string",
        "risk_level": "string",
        "offer_viewed_at": INSTANT,
        "last_offer_viewed_at": INSTANT,
        "upgrade_at": INSTANT,
        "last_upgrade_at": INSTANT,
        "revenue": "string",  # the sum in each currency, such as "EUR:900 USD:4900"
    },
    key="session_key",
    skip_by=("started_at", "session_key"),
)
CLOSED = "closed_sessions"  # what the sessions table holds; `sessions` are those and the open days'


def relation(table: LakeTable, name: str = "") -> Table:
    """The table as an unbound Ibis table; loads Ibis."""
    import ibis

    return ibis.table({name: _type(kind) for name, kind in table.columns.items()}, name=name or table.name)


def revenue_in(revenue: StringValue, currency: str) -> IntegerValue:
    """The cents of a session in one currency; null where it has no price in it."""
    return revenue.fill_null("").re_extract(f"{currency}:([0-9]+)", 1).nullif("").cast("int64")


def currencies_of(revenue: StringValue) -> StringValue:
    """The names alone: EUR USD."""
    return revenue.fill_null("").re_replace(":[0-9]+", "")


def select_list(table: LakeTable, instant: str, day: str) -> str:
    """The columns of a SELECT from the Delta table; `instant` and `day` are the engine's ways to make integers."""
    ways = {INSTANT: instant, "date": day}
    return ", ".join(ways.get(kind, "{}").format(f'"{name}"') + f' AS "{name}"' for name, kind in table.columns.items())


def _type(kind: str) -> str:
    return {INSTANT: "int64", "date": "int32"}.get(kind, kind)
