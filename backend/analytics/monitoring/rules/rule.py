"""A rule: what is measured, which value is too much, for how long, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from backend.analytics.monitoring.alerts.notifier import Severity

OPENS, CLOSES = time(9), time(17)
SATURDAY = 5
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EVERYTHING = ""  # the affected thing of a rule that looks at everything together


class MeasureSource(StrEnum):
    """Where a value comes from.

    `WINDOW`: what monitoring measured. `CATALOGUE`: a measure of the catalogue. `OBJECTIVE`: how fast an error budget
    burns. `CHECK`: a question that Mingus asks itself, such as how old the lake is.
    """

    WINDOW = "window"
    CATALOGUE = "catalogue"
    OBJECTIVE = "objective"
    CHECK = "check"


class Statistic(StrEnum):
    """What is made of the measurements of a window. `CHANGE`: against the same hours a week before, beyond noise."""

    P50 = "p50"
    P75 = "p75"
    P95 = "p95"
    P99 = "p99"
    MEAN = "mean"
    MAXIMUM = "maximum"
    LATEST = "latest"
    ERROR_RATE = "error_rate"
    COUNT = "count"
    BURN = "burn"
    CHANGE = "change"


class Comparison(StrEnum):
    ABOVE = "above"
    BELOW = "below"


class Each(StrEnum):
    """Whether a rule opens one alert for everything together, for each name, or for each outcome (the host)."""

    TOGETHER = "together"
    NAME = "name"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a rule looks at.

    `name`: a family of readings, a measure of the catalogue, an objective or `any`, or a check. `prefixes`: only names
    of the family that begin so; empty: all.
    """

    source: MeasureSource
    name: str
    statistic: Statistic = Statistic.LATEST
    prefixes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    each: Each = Each.TOGETHER


@dataclass(frozen=True, slots=True)
class Rule:
    """An alert opens when `limit` is passed for `lasting`, and resolves when `clears_at` is kept for `settles`.

    Between the two limits an alert stays as it is. `window`: the time measured. `fewest`: measurements under which
    nothing is judged. `channels`: empty means those that take the severity. `escalates`: time without an
    acknowledgement after which the next person is told. `yields_to`: a rule whose alert about the same thing makes
    this one quiet. `says_clear`: whether anybody is told that it resolved.
    """

    id: str
    title: str
    measure: Measure
    limit: float
    clears_at: float
    severity: Severity
    window: timedelta = 5 * MINUTE
    comparison: Comparison = Comparison.ABOVE
    lasting: timedelta = timedelta(0)
    settles: timedelta = 5 * MINUTE
    fewest: int = 1
    channels: tuple[str, ...] = ()
    escalates: timedelta | None = None
    business_hours: bool = False
    is_enabled: bool = True
    yields_to: str = ""
    says_clear: bool = True
    is_shipped: bool = True

    @property
    def runbook(self) -> str:
        """The heading in docs/runbook.md that says what to do."""
        return self.id if self.is_shipped else "custom-rules"

    @property
    def reminds(self) -> timedelta | None:
        """How often whoever is told hears of an alert that nobody acknowledged."""
        return {Severity.CRITICAL: HOUR, Severity.WARNING: 12 * HOUR, Severity.INFO: None}[self.severity]

    def is_passed_by(self, value: float) -> bool:
        return value > self.limit if self.comparison is Comparison.ABOVE else value < self.limit

    def is_kept_by(self, value: float) -> bool:
        return value <= self.clears_at if self.comparison is Comparison.ABOVE else value >= self.clears_at

    def is_judged_at(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether the hour is one in which the rule looks."""
        local = at.astimezone(zone)
        return not self.business_hours or (local.weekday() < SATURDAY and OPENS <= local.time() < CLOSES)
