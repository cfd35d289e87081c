"""The funnel as its page shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Self

from backend.analytics.events.labels import deed_of
from backend.analytics.events.names import EventName
from backend.analytics.figures.quantity import Quantity, QuantityUnit
from backend.analytics.figures.tiles import Tile, TileValue, tile
from backend.analytics.metrics.funnel.definition import CALCULATOR, FunnelQuery, FunnelScope, Order, Outcome
from backend.analytics.metrics.funnel.service import FunnelGroup, FunnelReport
from backend.analytics.metrics.funnel.statistics import FunnelCounts, FunnelStep
from backend.dashboards.charts import compared
from backend.dashboards.funnel.question import FunnelQuestion
from backend.dashboards.names import Names
from backend.dashboards.question import Address, PageQuestion
from backend.formats import count, counted, share

ORDER_WORDS = {
    Order.ORDERED: "in order",
    Order.STRICT: "one right after the other",
    Order.UNORDERED: "in any order",
}
LENGTHS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


@dataclass(frozen=True, slots=True)
class Links:
    """How addresses are made: of the page, and of the list behind a bar."""

    page: Callable[[PageQuestion], str]
    bar: Callable[[Address], str]


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One step of the chart. `reach`, `before` and `earlier` are shares of the first step, for the bars.

    `previous` is the same step in the period compared with.
    """

    step: FunnelStep
    reach: float
    before: float
    previous: FunnelStep | None = None
    earlier: float = 0
    reached_by: str = ""
    dropped_by: str = ""


@dataclass(frozen=True, slots=True)
class GroupFunnel:
    """The funnel of one group; `others`: of so many groups that do not stand alone."""

    title: str
    href: str
    others: int
    rows: tuple[FunnelRow, ...]
    immature: int

    @property
    def n(self) -> int:
        return self.rows[0].step.sessions


@dataclass(frozen=True, slots=True)
class Loss:
    """The largest drop-off: between which steps, `lost` of `of`; `earlier`: the same rate in the other period."""

    before: str
    after: str
    lost: int
    of: int
    rate: float | None
    earlier: TileValue | None = None


@dataclass(frozen=True, slots=True)
class FunnelPage:
    """The funnel as its page shows it. `compared`: the other period, in words."""

    query: FunnelQuery
    rows: tuple[FunnelRow, ...]
    parts: tuple[GroupFunnel, ...]
    immature: int
    compared: str
    as_of: datetime
    partial: bool

    @classmethod
    def of(cls, report: FunnelReport, question: FunnelQuestion, names: Names, links: Links) -> Self:
        bar = partial(_bar, question, links)
        return cls(
            query=report.query,
            rows=tuple(_rows(report.funnel, report.before, bar)),
            parts=tuple(_parts(report, question, names, links)),
            immature=report.funnel.immature,
            compared=compared(report.query.compare, report.period) if report.compared else "",
            as_of=report.as_of,
            partial=report.period.start <= report.as_of < report.period.end,
        )

    @property
    def n(self) -> int:
        return self.rows[0].step.sessions

    @property
    def counted(self) -> str:
        return f"{self.query.scope}s"

    def of_them(self, number: int) -> str:
        """1 session, 20 visitors"""
        return counted(number, str(self.query.scope))

    @property
    def goal(self) -> FunnelRow:
        """The calculator's result, where it is a step; else the last one."""
        return next((row for row in self.rows[1:] if row.step.name == EventName.ASSESSMENT_SUBMITTED), self.rows[-1])

    @property
    def message(self) -> str:
        """The sentence that the chart proves."""
        step = self.goal.step
        came = f"{step.sessions:,}" if step.sessions else "none"
        return f"Of {self.of_them(self.n)}, {came} {deed_of(step.name)}"

    @property
    def still_going(self) -> str:
        """73 visits are still going, where any are."""
        noun = "visit" if self.query.scope is FunnelScope.SESSION else "visitor"
        return f"{counted(self.immature, noun)} {'is' if self.immature == 1 else 'are'} still going"

    @property
    def how(self) -> str:
        """in order, within 24 hours of the first step"""
        terms = f"{ORDER_WORDS[self.query.order]}, within {spelled(self.query.window)} of the first step"
        without = " or ".join(match.label for match in self.query.exclude)
        through = ", through all sessions of a visitor" if self.query.scope is FunnelScope.VISITOR else ""
        return terms + through + (f", without “{without}” between" if without else "")

    @property
    def is_calculators(self) -> bool:
        return self.query.steps == CALCULATOR

    @property
    def loss(self) -> Loss | None:
        """The largest, on the way to the goal."""
        rows = self.rows[: self.rows.index(self.goal) + 1]
        before, after = max(pairwise(rows), key=lambda pair: pair[1].step.dropoff)
        if not after.step.dropoff:
            return None
        return Loss(
            before.step.label,
            after.step.label,
            after.step.dropoff,
            before.step.sessions,
            _lost_of(after.step),
            TileValue(_lost_of(after.previous), before.previous.sessions)
            if before.previous and after.previous
            else None,
        )

    @property
    def tiles(self) -> tuple[Tile, ...]:
        first, goal, last = self.rows[0], self.goal, self.rows[-1]
        young = f"{count(self.immature)} still going" if self.immature else "none still going"
        entered = replace(self._tile(self.counted.capitalize(), first), n=young)
        return (entered, *(self._tile(row.step.label, row) for row in dict.fromkeys((goal, last))), self._lost())

    def _tile(self, label: str, row: FunnelRow) -> Tile:
        earlier = row.previous.sessions if row.previous else None
        plain = self._change(label, Quantity(self.counted), row.step.sessions, earlier)
        return replace(plain, n=rate_of(row.step.from_first, self.of_them(self.n)), href=row.reached_by)

    def _lost(self) -> Tile:
        label = "Largest drop-off" + ("" if self.goal is self.rows[-1] else " before the result")
        if self.loss is None:
            return Tile(label, "0", f"all reached “{self.goal.step.label}”")
        quantity = Quantity("loss", QuantityUnit.SHARE, adds=False, less_is_better=True)
        now, before = TileValue(self.loss.rate, self.loss.of), self.loss.earlier
        plain = tile(label, quantity, now, before)
        detail = f"{self.loss.before} → {self.loss.after}, {rate_of(self.loss.rate, count(self.loss.of))}"
        previous = f"a loss of {plain.previous}" if plain.previous else ""
        return replace(plain, value=f"−{count(self.loss.lost)}", n=detail, previous=previous)

    def _change(self, label: str, quantity: Quantity, now: int, earlier: int | None) -> Tile:
        previous = self.rows[0].previous
        before = None if earlier is None or not previous else TileValue(earlier, previous.sessions)
        return tile(label, quantity, TileValue(now, self.n), before)


def _lost_of(step: FunnelStep) -> float | None:
    """The share of the step before that was lost."""
    return None if step.from_previous is None else 1 - step.from_previous


def rate_of(rate: float | None, denominator: str) -> str:
    """33.3% of 12 sessions; no rate on fewer than ten."""
    if rate is None:
        return f"of {denominator}, too few for a rate"
    return f"{'<0.1%' if 0 < rate < 0.0005 else share(rate, 1)} of {denominator}"


def spelled(length: timedelta) -> str:
    """24 hours, 7 days"""
    for name, unit in LENGTHS:
        if not length % unit and (length > unit or name != "day"):
            return counted(length // unit, name)
    return counted(length // timedelta(seconds=1), "second")


def _bar(
    question: FunnelQuestion, links: Links, step: int, outcome: Outcome, key: str | None = None, *, others: bool = False
) -> str:
    return links.bar(question.bar(step, outcome, key, others=others))


def _parts(report: FunnelReport, question: FunnelQuestion, names: Names, links: Links) -> Iterator[GroupFunnel]:
    dimension = question.asked.breakdown
    for group in report.groups:
        key = None if group.others else group.key or ""
        bar = partial(_bar, question, links, key=key, others=group.others)
        yield GroupFunnel(
            title=_title(group) if group.others else names.name(dimension, group.key),
            href="" if group.others else links.page(question.alone(group.key)),
            others=group.keys if group.others else 0,
            rows=tuple(_rows(group.funnel, group.before, bar)),
            immature=group.funnel.immature,
        )


def _title(others: FunnelGroup) -> str:
    return f"The other {count(others.keys)}" if others.keys > 1 else "The other one" if others.keys else "Others"


def _rows(funnel: FunnelCounts, before: FunnelCounts | None, bar: Callable[[int, Outcome], str]) -> Iterable[FunnelRow]:
    first = funnel.steps[0].sessions or 1
    earlier = before.steps if before else (None,) * len(funnel.steps)
    first_before = before.steps[0].sessions or 1 if before else 1
    along = zip((funnel.steps[0], *funnel.steps), funnel.steps, earlier, strict=False)
    for number, (before_step, step, previous) in enumerate(along, 1):
        yield FunnelRow(
            step,
            step.sessions / first,
            before_step.sessions / first,
            previous,
            previous.sessions / first_before if previous else 0,
            bar(number, Outcome.REACHED) if step.sessions else "",
            bar(number, Outcome.DROPPED) if step.dropoff else "",
        )
