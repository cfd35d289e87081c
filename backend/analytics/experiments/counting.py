"""What is counted of an experiment: one question for all its measures, and the sums of its answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from backend.analytics.experiments.count_memory import CountMemory
from backend.analytics.experiments.definition import Experiment
from backend.analytics.experiments.unit_measures import UnitMeasure, UnitValue
from backend.analytics.experiments.unit_sums import (
    Shape,
    Standing,
    exposures_by_hour,
    sums_of_novelty,
    sums_of_units,
)
from backend.analytics.metrics.catalogue.query import DEFAULT_CURRENCY
from backend.analytics.metrics.parameters import BEGINNING, MICROSECOND, holds_demo, micros, shift_names, shift_values
from backend.analytics.metrics.period import Period
from backend.analytics.warehouse.question import MarkedTexts, Question
from backend.analytics.warehouse.relations import DAY

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from backend.analytics.warehouse.service import Answer, Warehouse

    Build = Callable[..., Table]

DAYS_BEFORE = timedelta(days=14)
LATE_DAYS = 60  # after the end of a test, in which exposures still come that are only told
FOR_EVER = 2**60  # microseconds: no window


@dataclass(frozen=True, slots=True)
class CountQuery:
    """What to count: the units of a phase exposed from its start and before `until`, and what they did before `until`.

    `with_before`: also what they did in the 14 days before their own exposure. `is_latest`: of a test that runs, with
    all that there is, whenever that is.
    """

    experiment: Experiment
    measures: tuple[UnitMeasure, ...]
    start: datetime
    until: datetime
    timezone: str
    segment: str | None = None
    with_before: bool = False
    is_latest: bool = False

    @property
    def values(self) -> tuple[UnitValue, ...]:
        return tuple(dict.fromkeys(value for measure in self.measures for value in measure.values))

    @property
    def shape(self) -> Shape:
        pairs = {measure.values for measure in self.measures if measure.denominator is not None}
        numbers = {value: number for number, value in enumerate(self.values)}
        changes = len(self.period.shifts()[1])
        return Shape(
            unit=self.experiment.config.unit,
            values=self.values,
            pairs=tuple(sorted((numbers[first], numbers[second]) for first, second in pairs)),
            segment=self.segment,
            has_window=self.experiment.config.conversion_window is not None,
            with_before=self.with_before,
            shifts=shift_names(changes),
            currency=DEFAULT_CURRENCY,
        )

    @property
    def columns(self) -> Mapping[tuple[str, ...], int]:
        """The places of the sums in an answer, by their factors."""
        return {factors: number for number, factors in enumerate(self.shape.columns)}

    def numbers(self, followed: timedelta) -> dict[str, int]:
        """The parameters of the question, by name. Sessions begin up to a day before what happens in them."""
        start, end = micros(self.start), micros(self.until)
        window = self.experiment.config.conversion_window
        before = DAYS_BEFORE if self.with_before else timedelta()
        return {
            "start": start,
            "end": end,
            "first_day": micros(self.start - before) // DAY - 1,
            "last_day": end // DAY,
            "phase": self.experiment.phase,
            "window": FOR_EVER if window is None else window // MICROSECOND,
            "before": before // MICROSECOND,
            "followed": followed // MICROSECOND,
            "began": micros(self.start.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=UTC)),
            **shift_values(self.period),
        }

    @property
    def period(self) -> Period:
        return Period(self.start, self.until, self.timezone)


@dataclass(frozen=True, slots=True)
class Added:
    """What one day of the test adds to the sums of one variant, under one version of the weights, in one segment."""

    variant: str
    version: int
    day: int
    segment: str | None
    n: int
    sums: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """The units of a variant and the sums over them: `of("y0", "y0")` is the sum of the squares of the first value."""

    n: int
    query: CountQuery
    amounts: tuple[float, ...]

    def of(self, first: str, second: str = "") -> float:
        factors = tuple(sorted((first, second), key=_place)) if second else ("", first)
        return self.amounts[self.query.columns[factors]]

    def conversions(self, value: UnitValue) -> int:
        """The units whose value is not zero."""
        return round(self.of(f"{'y' if value.is_flag else 'c'}{self.query.values.index(value)}"))


@dataclass(frozen=True, slots=True)
class Counted:
    """All sums by variant and day, and the units that do not count by the reason. The lake was filled until `as_of`."""

    query: CountQuery
    rows: tuple[Added, ...]
    standings: Counter[Standing]
    as_of: datetime
    engine: str
    version: str
    demo: bool

    def sums(self, variant: str, keep: Callable[[Added], bool] = lambda _: True) -> Sums:
        """Those of a variant over the rows that are kept: no rows, no units."""
        rows = [row for row in self.rows if row.variant == variant and keep(row)]
        totals = [sum(amounts) for amounts in zip(*(row.sums for row in rows), strict=True)]
        return Sums(sum(row.n for row in rows), self.query, tuple(totals) or (0.0,) * len(self.query.columns))

    def units(self, keep: Callable[[Added], bool] = lambda _: True) -> Counter[str]:
        """How many units each variant has, also where the design has no such variant."""
        counter: Counter[str] = Counter()
        for row in self.rows:
            if row.n and keep(row):
                counter[row.variant] += row.n
        return counter

    def place(self, value: UnitValue) -> int:
        return self.query.values.index(value)

    def segments(self) -> list[str | None]:
        """Those with the most units first."""
        sizes: defaultdict[str | None, int] = defaultdict(int)
        for row in self.rows:
            sizes[row.segment] += row.n
        return sorted(sizes, key=lambda name: (-sizes[name], name or ""))

    @property
    def last_day(self) -> int:
        return max((row.day for row in self.rows), default=-1)


@dataclass(frozen=True, slots=True)
class Exposures:
    """Exposures by the hour in which they came, and how many came when the test was over."""

    by_hour: Mapping[datetime, int]
    after_stop: int


class Counting:
    """Asks the warehouse. `followed`: how long after a result something still follows it."""

    def __init__(self, warehouse: Warehouse, followed: timedelta, memory: CountMemory | None = None) -> None:
        self._warehouse = warehouse
        self._followed = followed
        self._memory = memory or CountMemory()

    def count(self, query: CountQuery) -> Counted:
        """Raises WarehouseUnavailable where the lake does not answer."""
        return self._memory.get(query, lambda: self._counted(query)) if query.is_latest else self._counted(query)

    def _counted(self, query: CountQuery) -> Counted:
        answer = self._warehouse.ask(question_of(query), **query.numbers(self._followed))
        return counted(query, answer)

    def novelty(self, query: CountQuery) -> dict[str, tuple[float, ...]]:
        """Of each variant the sums of `sums_of_novelty` for the first measure's first value."""
        rows = self._warehouse.ask(question_of(query, sums_of_novelty), **query.numbers(self._followed)).rows
        return {variant: tuple(sums) for variant, *sums in rows}

    def exposures(self, query: CountQuery) -> Exposures:
        late = {"last_day": micros(query.until) // DAY + LATE_DAYS}
        question = question_of(query, exposures_by_hour)
        rows = self._warehouse.ask(question, **query.numbers(self._followed) | late).rows
        hours = {BEGINNING + hour * timedelta(hours=1): n for hour, is_late, n in rows if not is_late}
        return Exposures(hours, sum(n for _, is_late, n in rows if is_late))


def question_of(query: CountQuery, build: Build = sums_of_units) -> Question:
    texts = MarkedTexts()
    test = texts.mark(query.experiment.test_id)
    shape = query.shape
    built = partial(build, shape=shape, test=test)
    name = f"experiment {build.__name__} {shape!r}"
    return Question(name, shape.parameters, built, texts.texts, of_sessions=True, keeps_parts=True)


def counted(query: CountQuery, answer: Answer) -> Counted:
    rows: list[Added] = []
    standings: Counter[Standing] = Counter()
    for standing, variant, version, day, segment, n, *sums in answer.rows:
        standings[Standing(standing)] += n
        if standing == Standing.COUNTED:
            rows.append(Added(variant, version, day, segment or None, n, tuple(sums)))
    in_order = sorted(rows, key=lambda row: (row.day, row.variant, row.version, row.segment or ""))
    demo = holds_demo(answer.demo, query.period)
    return Counted(query, tuple(in_order), standings, answer.as_of, answer.engine, answer.version, demo)


def _place(name: str) -> tuple[bool, int]:
    return name.startswith("x"), int(name[1:])
