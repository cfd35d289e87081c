"""The ways that need no search: of nearly all who entered, the first event of each step says all.

Events lie in their session's row in the order of time, so that a first event is found by its name alone. Whether that
answers the question is seen from the same few instants; only where it does not are the events searched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from backend.analytics.metrics.funnel.definition import MOST_STEPS, EventMatch, FunnelQuery, FunnelScope, Order
from backend.analytics.metrics.funnel.kinds import Kinds

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue, IntegerValue, StringValue, Table

    Times = list[IntegerValue]


@dataclass(frozen=True, slots=True)
class PlainReader:
    """`is_plain`: the first events are the way, and no other event of step 1 could begin one that comes further."""

    query: FunnelQuery
    kinds: Kinds
    window: IntegerValue

    def of_sessions(self, sessions: Table) -> Table:
        """Sessions that took step 1: `first_1` and on, `is_plain`, and `plain_1` and on, null where not reached."""
        from backend.analytics.warehouse.lists import element, place

        def place_of(match: EventMatch) -> IntegerValue:
            return place(_names(sessions, match), match.name)

        ways = sessions.mutate(
            **{f"place_{n}": place_of(step) for n, step in enumerate(self.query.steps, 1)},
            **{f"end_{n}": place_of(match) for n, match in enumerate(self.query.exclude)},
            starts_again=_repeats(sessions, self.query.steps[0]),
        )
        ways = ways.filter((ways.place_1 > 0).fill_null(False))
        ways = ways.mutate(
            **{f"first_{n}": element(ways.event_times, ways[f"place_{n}"]) for n in self._numbers},
            **{f"excluded_{n}": element(ways.event_times, ways[f"end_{n}"]) for n in range(len(self.query.exclude))},
            came=self._came_by_places(ways),
        )
        return self._judged(ways)

    def firsts(self, events: Table, starts: BooleanValue, since: IntegerValue) -> dict[str, IntegerValue]:
        """The first events of a visitor; in order only those from `since` on, when the first way may begin."""

        def first(kinds: tuple[int, ...]) -> IntegerValue:
            is_of_them = events.kind.isin(kinds)
            is_late = is_of_them if self.query.order is Order.UNORDERED else is_of_them & (events.timestamp >= since)
            return events.timestamp.min(where=is_late)

        firsts = {f"first_{n}": first(kinds) for n, kinds in enumerate(self.kinds.of_steps, 1)}
        excluded = {"excluded_0": first(self.kinds.of_excluded)} if self.query.exclude else {}
        return firsts | excluded | {"first_1": events.timestamp.min(where=starts)}

    def of_visitors(self, ways: Table) -> Table:
        """Visitors with their `firsts`: `is_plain` and `plain_1` and on."""
        return self._judged(ways.mutate(came=_run(ways[f"first_{n}"].notnull() for n in self._numbers)))

    @property
    def _numbers(self) -> range:
        return range(1, len(self.query.steps) + 1)

    def _came_by_places(self, ways: Table) -> IntegerValue:
        """How many steps there are, in the strict order side by side, from step 1 to the first that is not."""
        places = [ways[f"place_{n}"] for n in self._numbers]
        if self.query.order is Order.STRICT:
            return _run((place == places[0] + further).fill_null(False) for further, place in enumerate(places))
        return _run((place > 0).fill_null(False) for place in places)

    def _judged(self, ways: Table) -> Table:
        import ibis

        firsts = [ways[f"first_{n}"] for n in self._numbers]
        excluded = [ways[name] for name in ways.columns if name.startswith("excluded_")]
        times = firsts
        if self.query.order is Order.UNORDERED:
            times = [firsts[0], *(ibis.greatest(*firsts[: n + 1]) for n in range(1, len(firsts)))]
        has_come = [ways.came >= n for n in self._numbers]
        if self.query.order is Order.STRICT:
            has_come = [holds & (time - firsts[0] <= self.window) for holds, time in zip(has_come, times, strict=True)]
        plain = [ibis.cases((holds, time)) for holds, time in zip(has_come, times, strict=True)]
        odd = [holds.fill_null(False) for holds in self._odd(ways, firsts, excluded, plain)]
        is_plain = ibis.and_(ibis.literal(True), *(~holds for holds in odd))
        return ways.mutate(is_plain=is_plain, **{f"plain_{n}": time for n, time in enumerate(plain, 1)})

    def _odd(self, ways: Table, firsts: Times, excluded: Times, plain: Times) -> list[BooleanValue]:
        """What may make first events not be the way."""
        import ibis

        is_strict = self.query.order is Order.STRICT
        if self.kinds.has_rivals or (is_strict and self.query.scope is FunnelScope.VISITOR):
            return [ibis.literal(True)]
        if is_strict:
            places = [ways[f"place_{n}"] for n in self._numbers]
            earlier = [(place > 0) & (place < places[0] + further) for further, place in enumerate(places)]
            return [*earlier[1:], ways.simultaneous, plain[-1].isnull() & ways.starts_again]
        odd = [time.notnull() for time in excluded]
        if self.query.order is Order.ORDERED:
            last = ibis.coalesce(*reversed(plain))
            odd = [*(time < last for time in excluded), *(later < first for first, later in pairwise(firsts))]
        if not self.query.is_best_from_the_first:
            odd += [(first - firsts[0]).abs() > self.window for first in firsts[1:]]
        return odd


def _run(conditions: Iterable[BooleanValue]) -> IntegerValue:
    """How many conditions hold before the first that does not."""
    import ibis

    held = [ibis.literal(n, "int64") for n in range(MOST_STEPS + 1)]
    ends = [(~holds, held[n]) for n, holds in enumerate(conditions)]
    return ibis.cases(*ends, else_=held[len(ends)])


def _repeats(sessions: Table, match: EventMatch) -> BooleanValue:
    """Whether a session has more than one of these events; in text, which engines work out once for equal texts."""
    apart = " " + _text(sessions, match).replace(" ", "  ") + " "
    return apart.split(f" {match.name} ").length() > 2


def _names(sessions: Table, match: EventMatch) -> ArrayValue:
    return _text(sessions, match).split(" ")


def _text(sessions: Table, match: EventMatch) -> StringValue:
    return sessions.event_names if match.number is None else sessions.event_steps
