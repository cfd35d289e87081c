"""When each step of a way was reached, out of the codes of its events: the rules of the three orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.analytics.metrics.funnel.definition import FunnelQuery, FunnelScope, Order
from backend.analytics.metrics.funnel.kinds import Kinds

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, Table

    Condition = Callable[[IntegerValue], BooleanValue]

ENTERED, LATEST = "entered", "latest"
KIND_BITS = 5
# For so many events of a session, or a visitor, that matter; all further ones share the last place.
PLACE_BITS = {FunnelScope.SESSION: 16, FunnelScope.VISITOR: 12}
NEVER = 2**63 - 1  # ends every list, so that there is always a least one to be found
MOST_STARTS = 100  # of a session or visitor that are tried, the first ones


def code(time: IntegerValue, kind: IntegerValue) -> IntegerValue:
    return time * 2**KIND_BITS + kind


@dataclass(frozen=True, slots=True)
class WayReader:
    """Codes are a time, a kind and, where two events could be taken for one, a place in the list."""

    query: FunnelQuery
    kinds: Kinds
    window: IntegerValue

    def steps(self, ways: Table, owner: tuple[str, ...], begins: Condition) -> Table:
        """The ways with `reached_1` and on, the furthest of each owner; `ENTERED` and `LATEST`, by all their starts.

        `codes` hold times since `base`; `begins`: whether a way may begin at an instant.
        """
        ways = self._numbered(ways)
        starts = ways.codes.filter(lambda code: self._serves(code, 0) & begins(ways.base + self._time(code))).sort()
        ways = ways.mutate(starts=starts)
        first, last = ways.starts.mins(), ways.starts.maxs()
        ways = ways.mutate(**{ENTERED: self._instant(ways, first), LATEST: self._instant(ways, last)})
        ways = ways.mutate(taken_1=ways.starts[: 1 if self.query.is_best_from_the_first else MOST_STARTS].unnest())
        ways = self._in_any_order(ways) if self.query.order is Order.UNORDERED else self._in_order(ways)
        return ways if self.query.is_best_from_the_first else self._furthest(ways, owner)

    def _furthest(self, ways: Table, owner: tuple[str, ...]) -> Table:
        """Of the ways of one owner the one that came furthest; of equal ones the first."""
        import ibis

        came = sum(ways[f"reached_{n}"].notnull().cast("int64") for n in range(1, len(self.query.steps) + 1))
        ways = ways.mutate(came=came)
        rank = ibis.row_number().over(group_by=owner, order_by=[ibis.desc("came"), ibis.asc("taken_1")])
        ways = ways.mutate(rank=rank)
        return ways.filter(ways["rank"] == 0)

    def _in_order(self, ways: Table) -> Table:
        if self.kinds.of_excluded:
            ways = ways.mutate(ended=_first(ways, self._ends(ways)))
        following = self._next_strictly if self.query.order is Order.STRICT else self._next
        for step in range(1, len(self.query.steps)):
            ways = following(ways, step)
        codes = {n: ways[f"taken_{n}"] for n in range(1, len(self.query.steps) + 1)}
        return ways.mutate(**{f"reached_{n}": self._instant(ways, code) for n, code in codes.items()})

    def raw(self, code: IntegerValue) -> IntegerValue:
        """A code without its place in the list."""
        return code >> self._place_bits

    def _next(self, ways: Table, step: int) -> Table:
        """The first event not before the step before it, unless something excluded lies between step 1 and it."""
        before, until = self._time(ways[f"taken_{step}"]), self._time(ways.taken_1) + self.window

        def follows(code: IntegerValue) -> BooleanValue:
            time = self._time(code)
            holds = self._free(ways, code, step) & (time >= before) & (time <= until)
            return holds & (time <= self._time(ways.ended)) if self.kinds.of_excluded else holds

        return ways.mutate(**{f"taken_{step + 1}": _first(ways, follows)})

    def _ends(self, ways: Table) -> Condition:
        return lambda code: self._is(code, self.kinds.of_excluded) & (self._time(code) > self._time(ways.taken_1))

    def _next_strictly(self, ways: Table, step: int) -> Table:
        """The very next event of all."""
        before, last = ways[f"taken_{step}"], 2**self._place_bits - 1
        until = self._time(ways.taken_1) + self.window

        def follows(code: IntegerValue) -> BooleanValue:
            is_next = (code & last) == (before & last) + 1
            return self._serves(code, step) & is_next & (self._time(code) <= until)

        return ways.mutate(**{f"taken_{step + 1}": _first(ways, follows)})

    def _in_any_order(self, ways: Table) -> Table:
        """Each step's first event that is left within the window, before step 1 or after.

        Step n is reached when all up to it are done, and nothing excluded lies between the first and the last of them.
        """
        import ibis

        for step in range(1, len(self.query.steps)):
            ways = ways.mutate(**{f"taken_{step + 1}": _first(ways, self._near(ways, step))})
        begun = done = self._time(ways.taken_1)
        ways = ways.mutate(begun_1=begun, done_1=done)
        for n in range(2, len(self.query.steps) + 1):
            time, is_taken = self._time(ways[f"taken_{n}"]), ways[f"taken_{n}"] < NEVER
            begun = ibis.least(ways[f"begun_{n - 1}"], time)
            done = ibis.cases((is_taken & ways[f"done_{n - 1}"].notnull(), ibis.greatest(ways[f"done_{n - 1}"], time)))
            ways = ways.mutate(**{f"begun_{n}": begun, f"done_{n}": done})
            if self.kinds.of_excluded:
                is_uninterrupted = self._excluded(ways, n) == 0
                ways = ways.mutate(**{f"done_{n}": ibis.cases((is_uninterrupted, ways[f"done_{n}"]))})
        numbers = range(2, len(self.query.steps) + 1)
        later = {f"reached_{n}": ways.base + ways[f"done_{n}"] for n in numbers}
        return ways.mutate(reached_1=self._instant(ways, ways.taken_1), **later)

    def _near(self, ways: Table, step: int) -> Condition:
        first = self._time(ways.taken_1)

        def near(code: IntegerValue) -> BooleanValue:
            return self._free(ways, code, step) & self._time(code).between(first - self.window, first + self.window)

        return near

    def _excluded(self, ways: Table, n: int) -> IntegerValue:
        """The number of excluded events between the first and the last of `n` steps."""
        begun, done = ways[f"begun_{n}"], ways[f"done_{n}"]

        def between(code: IntegerValue) -> BooleanValue:
            time = self._time(code)
            return self._is(code, self.kinds.of_excluded) & (time > begun) & (time < done)

        return ways.codes.filter(between).length()

    def _numbered(self, ways: Table) -> Table:
        import ibis

        codes = ways.codes
        if self._place_bits:
            size = 2**self._place_bits
            codes = codes.sort().map(lambda code, place: code * size + ibis.least(place, size - 1))
        return ways.mutate(codes=codes.concat(ibis.array([ibis.literal(NEVER, "int64")])))

    @property
    def _place_bits(self) -> int:
        rivals = any(self.kinds.rivals(step) for step in range(len(self.query.steps)))
        return PLACE_BITS[self.query.scope] if rivals or self.query.order is Order.STRICT else 0

    def _free(self, ways: Table, code: IntegerValue, step: int) -> BooleanValue:
        """Whether an event serves a step and has not served another: one event never serves two."""
        serves = self._serves(code, step)
        for rival in self.kinds.rivals(step):
            serves &= code != ways[f"taken_{rival + 1}"]
        return serves

    def _serves(self, code: IntegerValue, step: int) -> BooleanValue:
        return self._is(code, self.kinds.of_steps[step])

    def _is(self, code: IntegerValue, kinds: tuple[int, ...]) -> BooleanValue:
        kind = (code >> self._place_bits) & (2**KIND_BITS - 1)
        return (kind.isin(kinds) if len(kinds) > 1 else kind == kinds[0]) & (code < NEVER)

    def _time(self, code: IntegerValue) -> IntegerValue:
        return code >> (KIND_BITS + self._place_bits)

    def _instant(self, ways: Table, code: IntegerValue) -> IntegerValue:
        import ibis

        return ibis.cases((code < NEVER, ways.base + self._time(code)))


def _first(ways: Table, holds: Condition) -> IntegerValue:
    return ways.codes.filter(lambda code: holds(code) | (code == NEVER)).mins()
