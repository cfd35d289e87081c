"""What the dashboards ask of the lake, as expressions over its sessions."""

from __future__ import annotations

from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING

from backend.analytics.metrics.funnel import WINDOW
from backend.analytics.metrics.parameters import BOUNDS, shift_at, shift_names
from backend.analytics.warehouse.question import Question
from backend.analytics.warehouse.relations import DAY, SECOND, SESSIONS, STEP_COLUMNS, relation

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

LIMITS = (0.5, 0.9)


@cache
def funnel_question(steps: tuple[str, ...] = STEP_COLUMNS, *, bots: bool) -> Question:
    """One row: sessions per step, then the quantiles of the time each step took, then the immature ones."""
    name = f"funnel of {', '.join(steps)}, bots {bots}"
    return Question(name, (*BOUNDS, "now"), partial(_funnel, columns=steps, bots=bots))


@cache
def conversions_question(*, bots: bool) -> Question:
    """A row per risk level: its assessments, and how many of them saw an offer and asked to upgrade."""
    return Question(f"conversions, bots {bots}", BOUNDS, partial(_conversions, bots=bots))


@cache
def revenue_question(changes: int, *, bots: bool) -> Question:
    """A row per local day, source and currency; the zone's clocks change so many times in the period."""
    parameters = (*BOUNDS, *shift_names(changes))
    return Question(f"revenue, {changes} changes, bots {bots}", parameters, partial(_revenue, bots=bots))


def _funnel(
    start: IntegerValue,
    end: IntegerValue,
    first: IntegerValue,
    last: IntegerValue,
    now: IntegerValue,
    *,
    columns: tuple[str, ...],
    bots: bool,
) -> Table:
    sessions = _sessions(first, last, bots=bots)
    opened = sessions[columns[0]]
    # A session enters with its first opening, which may come after its first event.
    sessions = sessions.filter(opened >= start, opened < end)
    steps = [sessions[name] for name in columns]
    waits = {f"wait_{n}": (step - before).quantile(LIMITS) for n, (before, step) in enumerate(pairwise(steps), 2)}
    young = steps[-1].isnull() & (now - steps[0] < int(WINDOW.total_seconds()) * SECOND)
    return sessions.aggregate(
        **{f"reached_{n}": step.count() for n, step in enumerate(steps, 1)}, **waits, immature=young.sum()
    )


def _conversions(
    start: IntegerValue, end: IntegerValue, first: IntegerValue, last: IntegerValue, *, bots: bool
) -> Table:
    sessions = _sessions(first, last, bots=bots)
    sessions = sessions.filter(sessions.started_at >= start, sessions.started_at < end, sessions.submitted_at.notnull())
    return sessions.group_by("risk_level").aggregate(
        assessed=sessions.count(), offered=sessions.offer_viewed_at.count(), upgraded=sessions.upgrade_at.count()
    )


def _revenue(
    start: IntegerValue,
    end: IntegerValue,
    first: IntegerValue,
    last: IntegerValue,
    *shifts: IntegerValue,
    bots: bool,
) -> Table:
    sessions = _sessions(first, last, bots=bots)
    sessions = sessions.filter(
        sessions.started_at >= start, sessions.started_at < end, sessions.revenue_cents.notnull()
    )
    sessions = sessions.mutate(local_day=(sessions.started_at + shift_at(sessions.started_at, shifts)) // DAY)
    return sessions.group_by("local_day", "source", "currency").aggregate(
        cents=sessions.revenue_cents.sum(), sessions=sessions.count()
    )


def _sessions(first: IntegerValue, last: IntegerValue, *, bots: bool) -> Table:
    sessions = relation(SESSIONS)
    sessions = sessions.filter(sessions.day >= first, sessions.day <= last)
    return sessions if bots else sessions.filter(~sessions.is_bot)
