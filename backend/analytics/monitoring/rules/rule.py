"""A rule: what is measured, which value is too much, for how long, and who is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from backend.analytics.monitoring.alerts.notifier import Severity


class Statistic(StrEnum):
    """What is made of the measurements of a window."""

    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    MEAN = "mean"
    MAXIMUM = "maximum"
    LATEST = "latest"
    ERROR_RATE = "error_rate"
    COUNT = "count"


class Comparison(StrEnum):
    ABOVE = "above"
    BELOW = "below"


class Source(StrEnum):
    """Where the value comes from: what monitoring measured, a measure of the catalogue, an objective, or a check."""

    WINDOW = "window"
    CATALOGUE = "catalogue"
    OBJECTIVE = "objective"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a rule looks at.

    `name`: a family of readings, a measure of the catalogue, an objective, or a check. `prefixes`: names of the family
    that count; empty: all. `each`: one alert for each name (a route, a host) instead of one for all together.
    """

    source: Source
    name: str
    statistic: Statistic = Statistic.LATEST
    prefixes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    each: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """`limit` opens an alert once it is passed for `lasting`; `clears_at` is the limit back, so it does not flap.

    `window`: the time measured. `fewest`: measurements under which nothing is judged. `channels`: empty means those
    that take the severity. `business_hours`: judged on weekdays from 9 to 17 o'clock of the business zone only.
    """

    id: str
    title: str
    measure: Measure
    comparison: Comparison
    limit: float
    clears_at: float
    window: timedelta
    severity: Severity
    lasting: timedelta = timedelta(0)
    fewest: int = 1
    channels: tuple[str, ...] = ()
    business_hours: bool = False
    is_enabled: bool = True
    is_shipped: bool = True
    is_changed: bool = field(default=False, compare=False)
    escalates_after: timedelta | None = timedelta(minutes=15)

    @property
    def runbook(self) -> str:
        """The anchor in docs/runbook.md."""
        return self.id.replace("_", "-")
