"""The ways that need no search: of nearly every session the first event of each step says all.

Events lie in their session's row in the order of time, so that a first event is found by its name alone. Whether that
answers the question is seen from the same few instants; only where it does not are all events of a session read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from backend.analytics.metrics.funnel.definition import EventMatch, FunnelQuery, Order
from backend.analytics.metrics.funnel.kinds import Kinds

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue, IntegerValue, Table


@dataclass(frozen=True, slots=True)
class PlainReader:
    """`is_plain`: the first events are the way itself, so that no other event of step 1 could begin a longer one."""

    query: FunnelQuery
    kinds: Kinds
    window: IntegerValue

    def steps(self, sessions: Table) -> Table:
        """Sessions that took step 1, with `is_plain`, and where it holds with `plain_1` and on, null where not reached."""
        import ibis

        ways = sessions.mutate(**{f"place_{n}": self._place(sessions, step) for n, step in self._numbered})
        ways = ways.filter((ways.place_1 > 0).fill_null(False))
        ways = ways.mutate(**{f"first_{n}": self._time(ways, n) for n, _ in self._numbered})
        if any(self.kinds.rivals(step) for step in range(len(self.query.steps))):
            return self._judged(ways, dict(enumerate(self._firsts(ways), 1)), [ibis.literal(True)])
        match self.query.order:
            case Order.ORDERED:
                return self._in_order(ways)
            case Order.STRICT:
                return self._strictly(ways)
            case Order.UNORDERED:
                return self._in_any_order(ways)

    @property
    def _numbered(self) -> list[tuple[int, EventMatch]]:
        return list(enumerate(self.query.steps, 1))

    def _in_order(self, ways: Table) -> Table:
        """A step's first event of all is the first after the step before, unless it lies before that."""
        import ibis

        firsts = self._firsts(ways)
        plain = {
            n: ibis.cases((_all(first.notnull() for first in firsts[1:n]), firsts[n - 1])) for n, _ in self._numbered
        }
        odd = [later < first for first, later in pairwise(firsts)]
        if not self.query.lasts_all_session:
            odd += [first - firsts[0] > self.window for first in firsts[1:]]
        last = ibis.coalesce(*reversed(plain.values()))
        return self._judged(ways, plain, [*odd, *(time < last for time in self._excluded(ways))])

    def _strictly(self, ways: Table) -> Table:
        """The first events of the steps stand side by side, and no two events share an instant."""
        import ibis

        firsts, places = self._firsts(ways), [ways[f"place_{n}"] for n, _ in self._numbered]
        is_next = [place == places[0] + further for further, place in enumerate(places)]
        plain = {
            n: ibis.cases((_all(is_next[1:n]) & (firsts[n - 1] - firsts[0] <= self.window), firsts[n - 1]))
            for n, _ in self._numbered
        }
        odd = [(place > 0) & (place < places[0] + further) for further, place in enumerate(places[1:], 1)]
        opening = self.query.steps[0]
        openings = _names(ways, opening).filter(lambda name: name == opening.name)
        again = plain[len(plain)].isnull() & (openings.length() > 1)
        return self._judged(ways, plain, [*odd, ways.simultaneous, again])

    def _in_any_order(self, ways: Table) -> Table:
        """A step's first event of all counts, if the window holds it."""
        import ibis

        firsts = self._firsts(ways)
        plain = {
            n: ibis.cases((_all(first.notnull() for first in firsts[1:n]), ibis.greatest(*firsts[:n])))
            for n, _ in self._numbered
        }
        odd = [time.notnull() for time in self._excluded(ways)]
        if not self.query.lasts_all_session:
            odd += [(first - firsts[0]).abs() > self.window for first in firsts[1:]]
        return self._judged(ways, plain, odd)

    def _judged(self, ways: Table, plain: dict[int, IntegerValue], odd: list[BooleanValue]) -> Table:
        is_odd = [holds.fill_null(False) for holds in odd]
        return ways.mutate(
            is_plain=_all(~holds for holds in is_odd), **{f"plain_{n}": time for n, time in plain.items()}
        )

    def _firsts(self, ways: Table) -> list[IntegerValue]:
        return [ways[f"first_{n}"] for n, _ in self._numbered]

    def _excluded(self, ways: Table) -> list[IntegerValue]:
        from backend.analytics.warehouse.lists import element

        return [element(ways.event_times, self._place(ways, match)) for match in self.query.exclude]

    def _time(self, ways: Table, n: int) -> IntegerValue:
        from backend.analytics.warehouse.lists import element

        return element(ways.event_times, ways[f"place_{n}"])

    def _place(self, sessions: Table, match: EventMatch) -> IntegerValue:
        from backend.analytics.warehouse.lists import place

        return place(_names(sessions, match), match.name)


def _all(conditions: Iterable[BooleanValue]) -> BooleanValue:
    import ibis

    return ibis.and_(ibis.literal(True), *conditions)


def _names(sessions: Table, match: EventMatch) -> ArrayValue:
    return sessions.event_names if match.number is None else sessions.event_steps
