"""The question of the live view: only one, so that all of its numbers are of one snapshot."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.warehouse.question import Question
from backend.analytics.warehouse.relations import DAY, SECOND, SESSIONS, STEP_COLUMNS, relation

# When a session came to each step, whatever came before it.
COLUMNS = (*STEP_COLUMNS[:2], "submitted_at", "offer_viewed_at", "upgrade_at")

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table, Value

MINUTE, MINUTES = 60 * SECOND, 30
MOST = 8  # rows of a list
LISTS = ("source", "country", "job_title")
ACTIVE, NOW, STEP = "active", "now", "step"
BEGUN, HAPPENED, UPGRADED = "sessions", "events", "upgrades"


def _live(start: IntegerValue, recent: IntegerValue, end: IntegerValue) -> Table:
    """Rows of a kind, a key and a number; robots are left out.

    Minutes are counted from `start`. What is under way had an event since `recent`; it may have begun long before.
    """
    sessions, events = relation(SESSIONS), relation(EVENTS)
    # A session lasts a day at most, so it began yesterday at the earliest.
    sessions = sessions.filter(sessions.day >= start // DAY - 1, ~sessions.is_bot, sessions.started_at < end)
    active = sessions.filter(sessions.ended_at >= start)
    now = sessions.filter(sessions.ended_at >= recent)
    lately = events.filter(
        events.day >= start // DAY, ~events.is_bot, events.timestamp >= start, events.timestamp < end
    )
    lists = [_list(active, name) for name in LISTS]
    minutes = [
        _by_minute(active.filter(active.started_at >= start), BEGUN, "started_at", start),
        _by_minute(lately, HAPPENED, "timestamp", start),
        _by_minute(active.filter(active.upgrade_at >= start, active.upgrade_at < end), UPGRADED, "upgrade_at", start),
    ]
    counts = [_rows(active, ACTIVE, _text("")), _rows(now, NOW, _text("")), _rows(now, STEP, _furthest(now))]
    return reduce(lambda rows, more: rows.union(more), (*lists, *minutes, *counts))


def _list(sessions: Table, name: str) -> Table:
    """The most frequent values, with their sessions; of jobs only those that were entered."""
    import ibis

    column = DIMENSIONS[name].column(sessions)
    if name == "job_title":
        sessions = sessions.filter(column.notnull())
    rows = _rows(sessions, name, column)
    return rows.order_by(ibis.desc("number"), ibis.asc("key")).limit(MOST)


def _by_minute(rows: Table, kind: str, instant: str, start: IntegerValue) -> Table:
    return _rows(rows, kind, ((rows[instant] - start) // MINUTE).cast("string"))


def _rows(table: Table, kind: str, key: Value) -> Table:
    import ibis

    counted = table.mutate(key=key).group_by("key").aggregate(number=lambda rows: rows.count())
    return counted.select(kind=ibis.literal(kind), key=counted.key, number=counted.number)


def _furthest(sessions: Table) -> Value:
    """Which step a session came to last, counted from 1; 0 where it is not in the calculator."""
    import ibis

    reached = [(sessions[name].notnull(), ibis.literal(str(n))) for n, name in enumerate(COLUMNS, 1)]
    return ibis.cases(*reversed(reached), else_=ibis.literal("0"))


def _text(text: str) -> Value:
    import ibis

    return ibis.literal(text)


LIVE = Question("live", ("start", "recent", "end"), _live)
