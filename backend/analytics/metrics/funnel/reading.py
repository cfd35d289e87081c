"""When each step of a way was reached, out of the codes of its events: the rules of the three orders.

Any event of step 1 may begin a way. Of all ways that a session or visitor has, the one that came furthest counts; of
equal ones the earliest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.analytics.metrics.funnel.definition import FunnelQuery, FunnelScope, Order
from backend.analytics.metrics.funnel.kinds import Kinds

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue, IntegerValue

KIND_BITS = 5
# For so many events of a session, or a visitor, that matter; all further ones share the last place.
PLACE_BITS = {FunnelScope.SESSION: 16, FunnelScope.VISITOR: 12}
MOST_STARTS = 1_000  # of a session or visitor that are tried, the first ones


def code(time: IntegerValue, kind: IntegerValue) -> IntegerValue:
    return time * 2**KIND_BITS + kind


@dataclass(frozen=True, slots=True)
class WayReader:
    """Codes are a time, a kind and, where two events could be taken for one, a place in the list.

    A way is a list of codes: the events that were taken for the steps, as far as it came.
    """

    query: FunnelQuery
    kinds: Kinds
    window: IntegerValue

    @property
    def has_places(self) -> bool:
        """Whether codes must be in order, with their places."""
        return self.kinds.has_rivals or self.query.order is Order.STRICT

    def numbered(self, codes: ArrayValue) -> ArrayValue:
        """Codes in their order, with places where they must have them."""
        import ibis

        if not self.has_places:
            return codes
        size = 2**self._place_bits
        return codes.sort().map(lambda code, place: code * size + ibis.least(place, size - 1))

    def best(self, codes: ArrayValue, begins: ArrayValue, of_steps: list[ArrayValue] | None = None) -> ArrayValue:
        """The way that came furthest, of those that the codes `begins` begin; `of_steps`: codes, each step's alone."""
        import ibis

        ways = begins[:MOST_STARTS].map(lambda code: ibis.array([code]))
        for step in range(1, len(self.query.steps)):
            ways = ways.map(
                lambda way, step=step: self._further(way, step, of_steps[step] if of_steps else codes, codes)
            )
        ranked = ways.map(lambda way: ibis.struct({"missing": -way.length(), "way": way})).sort()
        return ranked[0]["way"]

    def reached(self, best: ArrayValue, base: IntegerValue) -> dict[int, IntegerValue]:
        """When each step was reached, counted from 1; out of any order, when the last of all up to it was taken."""
        import ibis

        times = [self._time(best[n]) for n in range(len(self.query.steps))]
        if self.query.order is Order.UNORDERED:
            times = [ibis.greatest(*times[: n + 1]) for n in range(len(times))]
        return {n: ibis.cases((best.length() >= n, base + time)) for n, time in enumerate(times, 1)}

    def serves(self, code: IntegerValue, step: int) -> BooleanValue:
        return self._is(code, self.kinds.of_steps[step])

    def of_step(self, codes: ArrayValue, step: int) -> ArrayValue:
        return codes.filter(lambda code: self.serves(code, step))

    def time(self, code: IntegerValue) -> IntegerValue:
        return self._time(code)

    def _further(self, way: ArrayValue, step: int, among: ArrayValue, codes: ArrayValue) -> ArrayValue:
        """The way with the event taken for the next step behind it, if it came to the one before and there is one."""
        from backend.analytics.warehouse.lists import extended

        follows = {Order.ORDERED: self._follows, Order.STRICT: self._is_next, Order.UNORDERED: self._is_near}
        chosen = among.filter(
            lambda code: (way.length() == step) & self.serves(code, step) & follows[self.query.order](way, code, step)
        )
        if self.kinds.of_excluded:
            chosen = chosen[:1].filter(lambda code: self._is_uninterrupted(way, code, codes))
        return extended(way, chosen)

    def _follows(self, way: ArrayValue, code: IntegerValue, step: int) -> BooleanValue:
        """Any event not before the step before it."""
        is_in_time = self._time(code) <= self._time(way[0]) + self.window
        return self._is_free(way, code, step) & (self._time(code) >= self._time(way[step - 1])) & is_in_time

    def _is_next(self, way: ArrayValue, code: IntegerValue, step: int) -> BooleanValue:
        """The very next event of all."""
        last = 2**self._place_bits - 1
        is_in_time = self._time(code) <= self._time(way[0]) + self.window
        return ((code & last) == (way[step - 1] & last) + 1) & is_in_time

    def _is_near(self, way: ArrayValue, code: IntegerValue, step: int) -> BooleanValue:
        """Any event within the window, before step 1 or after."""
        first = self._time(way[0])
        return self._is_free(way, code, step) & self._time(code).between(first - self.window, first + self.window)

    def _is_uninterrupted(self, way: ArrayValue, code: IntegerValue, codes: ArrayValue) -> BooleanValue:
        """Whether nothing excluded lies between the first and the last of the events taken."""
        import ibis

        begun = ibis.least(self._time(way.mins()), self._time(code))
        done = ibis.greatest(self._time(way.maxs()), self._time(code))

        def is_between(other: IntegerValue) -> BooleanValue:
            time = self._time(other)
            return self._is(other, self.kinds.of_excluded) & (time > begun) & (time < done)

        return codes.filter(is_between).length() == 0

    def _is_free(self, way: ArrayValue, code: IntegerValue, step: int) -> BooleanValue:
        """Whether an event has not been taken for another step: one event never serves two."""
        import ibis

        return ibis.and_(ibis.literal(True), *(code != way[rival] for rival in self.kinds.rivals(step)))

    def _is(self, code: IntegerValue, kinds: tuple[int, ...]) -> BooleanValue:
        kind = (code >> self._place_bits) & (2**KIND_BITS - 1)
        return kind.isin(kinds) if len(kinds) > 1 else kind == kinds[0]

    def _time(self, code: IntegerValue) -> IntegerValue:
        return code >> (KIND_BITS + self._place_bits)

    @property
    def _place_bits(self) -> int:
        return PLACE_BITS[self.query.scope] if self.has_places else 0
