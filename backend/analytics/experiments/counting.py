"""What is counted of an experiment: one question for all its measures, and the sums of its answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from backend.analytics.experiments.definition import Experiment, ExperimentUnit
from backend.analytics.experiments.unit_measures import UnitMeasure, UnitValue
from backend.analytics.experiments.unit_sums import SEGMENTS, Shape, Standing, sums_of_units
from backend.analytics.lake.shape import session_key
from backend.analytics.metrics.catalogue.query import DEFAULT_CURRENCY
from backend.analytics.metrics.parameters import MICROSECOND, micros, shift_names, shift_values
from backend.analytics.metrics.period import Period
from backend.analytics.warehouse.question import MarkedTexts, Question
from backend.analytics.warehouse.relations import DAY

if TYPE_CHECKING:
    from backend.analytics.warehouse.service import Answer, Warehouse

EXPOSURE_STREAM = "mingus-server-experiments"
DAYS_BEFORE = timedelta(days=14)
FOR_EVER = 2**60  # microseconds: no window
Factors = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CountQuery:
    """What to count: the units of a phase exposed from its start and before `until`, and what they did before `until`.

    `with_before`: also what they did in the 14 days before their own exposure.
    """

    experiment: Experiment
    measures: tuple[UnitMeasure, ...]
    start: datetime
    until: datetime
    timezone: str
    segment: str | None = None
    with_before: bool = False

    @property
    def values(self) -> tuple[UnitValue, ...]:
        return tuple(dict.fromkeys(value for measure in self.measures for value in measure.values))

    @property
    def shape(self) -> Shape:
        pairs = {measure.values for measure in self.measures if measure.denominator is not None}
        numbers = {value: number for number, value in enumerate(self.values)}
        changes = len(self._period.shifts()[1])
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
            "stream": session_key(EXPOSURE_STREAM),
            "phase": self.experiment.phase,
            "window": FOR_EVER if window is None else window // MICROSECOND,
            "before": before // MICROSECOND,
            "followed": followed // MICROSECOND,
            "began": micros(self.start.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=UTC)),
            **shift_values(self._period),
        }

    @property
    def _period(self) -> Period:
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
    columns: tuple[Factors, ...]
    amounts: tuple[float, ...]

    def of(self, first: str, second: str = "") -> float:
        factors = tuple(sorted((first, second), key=_place)) if second else ("", first)
        return self.amounts[self.columns.index((factors[0], factors[1]))]


@dataclass(frozen=True, slots=True)
class Counted:
    """All sums by variant and day, and the units that do not count by the reason. The lake was filled until `as_of`."""

    query: CountQuery
    rows: tuple[Added, ...]
    standings: Counter[Standing]
    as_of: datetime
    engine: str
    version: str

    def sums(self, variant: str, keep: Callable[[Added], bool] = lambda _: True) -> Sums:
        """Those of a variant over the rows that are kept: no rows, no units."""
        columns = self.query.shape.columns
        rows = [row for row in self.rows if row.variant == variant and keep(row)]
        totals = [sum(amounts) for amounts in zip(*(row.sums for row in rows), strict=True)]
        return Sums(sum(row.n for row in rows), columns, tuple(totals) or (0.0,) * len(columns))

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


class Counting:
    """Asks the warehouse. `followed`: how long after a result something still follows it."""

    def __init__(self, warehouse: Warehouse, followed: timedelta) -> None:
        self._warehouse = warehouse
        self._followed = followed

    def count(self, query: CountQuery) -> Counted:
        """Raises WarehouseUnavailable where the lake does not answer."""
        question = question_of(query)
        answer = self._warehouse.ask(question, **query.numbers(self._followed))
        return counted(query, answer)


def question_of(query: CountQuery) -> Question:
    texts = MarkedTexts()
    test = texts.mark(query.experiment.test_id)
    shape = query.shape
    build = partial(sums_of_units, shape=shape, test=test)
    return Question(f"experiment {shape!r}", shape.parameters, build, texts.texts, of_sessions=True)


def counted(query: CountQuery, answer: Answer) -> Counted:
    rows: list[Added] = []
    standings: Counter[Standing] = Counter()
    for standing, variant, version, day, segment, n, *sums in answer.rows:
        standings[Standing(standing)] += n
        if standing == Standing.COUNTED:
            rows.append(Added(variant, version, day, segment or None, n, tuple(sums)))
    in_order = sorted(rows, key=lambda row: (row.day, row.variant, row.version, row.segment or ""))
    return Counted(query, tuple(in_order), standings, answer.as_of, answer.engine, answer.version)


def segments_of(unit: ExperimentUnit) -> Sequence[str]:
    """The dimensions by which units can be told apart: what their own exposure says of them."""
    return SEGMENTS


def _place(name: str) -> tuple[bool, int]:
    return name.startswith("x"), int(name[1:])


def values_of(measures: Iterable[UnitMeasure]) -> tuple[UnitValue, ...]:
    return tuple(dict.fromkeys(value for measure in measures for value in measure.values))
