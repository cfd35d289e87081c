"""What followed a result: whether its person saw an offer or asked for a plan within a window, in whichever session.

A session spans less than 24 hours and the window is no shorter. So the first and the last offer of a session say
whether any of its offers lies between a session's first result and the end of the window after its last one; so do its
upgrades.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from backend.analytics.metrics.catalogue.measures import OFFER_FOLLOWED, UPGRADE_FOLLOWED
from backend.analytics.warehouse.relations import DAY, SESSIONS, relation

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, Table

ENDS = {
    OFFER_FOLLOWED: ("offer_viewed_at", "last_offer_viewed_at"),
    UPGRADE_FOLLOWED: ("upgrade_at", "last_upgrade_at"),
}
FOLLOWED_BY = {"offer_visitors": OFFER_FOLLOWED, "plan_visitors": UPGRADE_FOLLOWED}


def with_followed(
    sessions: Table,
    measures: Iterable[str],
    first: IntegerValue,
    until: IntegerValue,
    window: IntegerValue,
    *,
    bots: bool,
) -> Table:
    """The sessions with a column for each thing that these measures ask about; `until`: the end of the last window."""
    import ibis

    names = [FOLLOWED_BY[name] for name in measures if name in FOLLOWED_BY]
    every = relation(SESSIONS)
    every = every.filter(every.day >= first, every.day <= until // DAY)
    every = every if bots else every.filter(~every.is_bot)
    columns = [column for name in names for column in ENDS[name]]
    every = every.filter(ibis.or_(ibis.literal(False), *(every[name].notnull() for name in columns)))
    instants = every.group_by("person").aggregate(**{f"{name}_of_person": every[name].collect() for name in columns})
    joined = sessions.left_join(instants, "person").select(sessions, *(f"{name}_of_person" for name in columns))
    return joined.mutate(**{name: _followed(joined, *ENDS[name], window) for name in names})


def _followed(sessions: Table, first: str, last: str, window: IntegerValue) -> BooleanValue:
    import ibis

    begin, end = sessions.first_submitted_at, sessions.submitted_at + window
    within = [
        sessions[f"{name}_of_person"].filter(lambda instant: (instant >= begin) & (instant <= end)).length() > 0
        for name in (first, last)
    ]
    return (sessions.submitted_at.notnull() & ibis.or_(*within)).fill_null(False)
