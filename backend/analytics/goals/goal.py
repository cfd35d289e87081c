"""Goals: a target over a measure of the catalogue for each week, month or quarter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import isfinite
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.analytics.metrics.catalogue.measures import MEASURES, Unit
from backend.analytics.metrics.catalogue.query import DEFAULT_CURRENCY, Filter, unknown_names
from backend.analytics.metrics.catalogue.stored_filters import filter_faults
from backend.analytics.metrics.period import Period
from backend.errors import FieldError, InvalidRequest

GREATEST = 10**12  # of a target, in cents or whatever the measure counts: far from where a float loses whole numbers
MONTHS = {"month": 1, "quarter": 3}


class GoalPeriod(StrEnum):
    """How long a goal is counted before it begins anew: weeks begin on Monday, quarters in January."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"

    def first_day(self, day: date) -> date:
        """The first day of the period that holds a day."""
        if self is GoalPeriod.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1, month=day.month - (day.month - 1) % MONTHS[self])

    def next(self, first_day: date) -> date:
        """The first day of the period after."""
        if self is GoalPeriod.WEEK:
            return first_day + timedelta(days=7)
        months = first_day.month - 1 + MONTHS[self]
        return date(first_day.year + months // 12, months % 12 + 1, 1)

    def around(self, day: date, zone: str) -> Period:
        """The whole period that holds a day."""
        first = self.first_day(day)
        start, end = (datetime.combine(begin, time(), ZoneInfo(zone)) for begin in (first, self.next(first)))
        return Period(start, end, zone)


class Direction(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Target:
    """What a goal asks: of a measure a value, for each period, from a day on. Raises InvalidRequest with every fault.

    `value` is in the unit of the measure: a fraction of a rate, cents of money, seconds of time.
    """

    measure: str
    value: float
    period: GoalPeriod
    direction: Direction
    starts_on: date
    filters: tuple[Filter, ...] = ()
    currency: str = DEFAULT_CURRENCY

    def __post_init__(self) -> None:
        if faults := [*_faults(self)]:
            raise InvalidRequest(faults)

    @property
    def unit(self) -> Unit:
        return MEASURES[self.measure].unit

    @property
    def grows(self) -> bool:
        """Whether the value can only grow while its period lasts: a count or a sum, no rate and no median."""
        return self.unit is Unit.COUNT or (self.unit is Unit.CENTS and MEASURES[self.measure].sums)

    def is_reached_by(self, value: float) -> bool:
        return value >= self.value if self.direction is Direction.AT_LEAST else value <= self.value


@dataclass(frozen=True, slots=True)
class GoalVersion:
    """What a goal asked from a moment on. `mine`: the reader changed it so; None: somebody whose account is gone."""

    number: int
    target: Target
    mine: bool | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal with its versions, the latest last. `ended_at`: when it stopped being pursued; its history stays."""

    id: UUID
    mine: bool
    versions: tuple[GoalVersion, ...]
    created_at: datetime
    ended_at: datetime | None = None

    @property
    def target(self) -> Target:
        return self.versions[-1].target


def _faults(target: Target) -> Iterator[FieldError]:
    yield from (FieldError("measure", fault.message) for fault in unknown_names("measure", [target.measure], MEASURES))
    if not isfinite(target.value) or not 0 <= target.value <= GREATEST:
        yield FieldError("value", "Enter a number from 0 to 1,000,000,000,000.")
    elif target.measure in MEASURES and target.unit is Unit.FRACTION and target.value > 1:
        yield FieldError("value", "A rate is between 0% and 100%.")
    if not 2000 <= target.starts_on.year <= 2200:
        yield FieldError("starts_on", "Enter a day between 2000 and 2200.")
    yield from filter_faults(target.measure, target.filters)
