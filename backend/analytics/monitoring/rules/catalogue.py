"""Values of rules from measures of the catalogue, each asked once an hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from backend.analytics.figures.quantity import Quantity, QuantityUnit
from backend.analytics.figures.tiles import TileValue, is_noise
from backend.analytics.metrics.catalogue.measures import MEASURES, Unit
from backend.analytics.metrics.catalogue.query import Query, Result
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.period import Period
from backend.analytics.monitoring.rules.judging import Observed
from backend.analytics.monitoring.rules.rule import Measure, Rule, Statistic

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
SETTLES = timedelta(minutes=15)  # by then the lake holds what happened, or a rule of its own says that it is behind
UNITS = {
    Unit.COUNT: QuantityUnit.COUNT, Unit.FRACTION: QuantityUnit.SHARE, Unit.CENTS: QuantityUnit.CENTS,
    Unit.SECONDS: QuantityUnit.SECONDS,
}  # fmt: skip


class CatalogueValues:
    """One for a process: what an hour's answer was is kept until the next hour. `zone`: the business zone."""

    def __init__(self, catalogue: Callable[[], CatalogueService], zone: str) -> None:
        self._catalogue = catalogue
        self._zone = zone
        self._hour: datetime | None = None
        self._known: dict[tuple[Measure, timedelta], Observed] = {}

    def of(self, rule: Rule, at: datetime) -> Sequence[Observed]:
        """The measure over whole hours up to the last full one that the lake holds."""
        hour = (at.astimezone(UTC) - SETTLES).replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._known = hour, {}
        key = (rule.measure, rule.window)
        if key not in self._known:
            self._known[key] = self._ask(rule, hour)
        return [self._known[key]]

    def _ask(self, rule: Rule, until: datetime) -> Observed:
        name, span = rule.measure.name, _whole_hours(rule.window)
        periods = [Period(until - span, until, self._zone)]
        if rule.measure.statistic is Statistic.CHANGE:
            periods.append(_week_before(periods[0]))
        results = self._catalogue().answers([Query((name,), period) for period in periods])
        if any(result.demo or result.as_of < until for result in results):
            return Observed(None, 0)
        now, *before = (_value(name, result) for result in results)
        return _change(name, now, before[0]) if before else Observed(now.value, now.n)


def _whole_hours(span: timedelta) -> timedelta:
    return max(span // HOUR, 1) * HOUR


def _week_before(period: Period) -> Period:
    """The same hours by the clock a week before."""
    start, end = (
        (instant.astimezone(ZoneInfo(period.timezone)) - WEEK).astimezone(UTC) for instant in (period.start, period.end)
    )
    return Period(start, end, period.timezone)


def _value(name: str, result: Result) -> TileValue:
    values = result.totals.values
    return TileValue(values[name], int(values[MEASURES[name].rests_on] or 0))


def _change(name: str, now: TileValue, before: TileValue) -> Observed:
    """By how much of itself the measure changed: 0 where chance makes as much, None where nothing can be said."""
    n = min(now.n, before.n) if MEASURES[name].unit is not Unit.COUNT else before.n
    if now.value is None or not before.value:
        return Observed(None, n)
    noise = is_noise(Quantity(name, UNITS[MEASURES[name].unit], MEASURES[name].sums), now, before)
    if noise is None:
        return Observed(None, n)
    return Observed(0.0 if noise else now.value / before.value - 1, n)
