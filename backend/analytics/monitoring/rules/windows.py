"""Values of rules from what monitoring measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.rules.judging import Observed
from backend.analytics.monitoring.rules.rule import EVERYTHING, HOUR, Each, Measure, Rule, Statistic
from backend.analytics.monitoring.windows import Measurements, NameFilter, Window, Windows

QUANTILES = {Statistic.P50: 0.5, Statistic.P75: 0.75, Statistic.P95: 0.95, Statistic.P99: 0.99}
WHOLE = 0.9  # of a window in which things are counted: a count of half a window says nothing


class WindowValues:
    """One for each time the rules are judged: rules over the same family and time share what was read."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._read: dict[tuple[tuple[Family, ...], timedelta, datetime], Measurements] = {}

    def of(self, rule: Rule, at: datetime) -> Sequence[Observed]:
        read = self.read(Family(rule.measure.name), rule.window, at)
        return [
            Observed(value_of(rule.measure.statistic, window, rule.window), window.count, thing)
            for thing, window in self._asked(rule.measure, read)
        ]

    def read(self, family: Family, span: timedelta, at: datetime) -> Measurements:
        """What was measured in a time before an instant; of a short one, all families are read at once."""
        families = tuple(Family) if span < HOUR else (family,)
        key = (families, span, at)
        if key not in self._read:
            self._read[key] = self._windows.read(families, at - span, at)
        return self._read[key]

    def _asked(self, measure: Measure, read: Measurements) -> Iterator[tuple[str, Window]]:
        family, names = Family(measure.name), NameFilter(prefixes=measure.prefixes, excluded=measure.excluded)
        match measure.each:
            case Each.TOGETHER:
                yield EVERYTHING, read.one(family, names)
            case Each.NAME:
                yield from read.by_name(family, names).items()
            case Each.HOST:
                yield from read.by_outcome(family, names).items()


def value_of(statistic: Statistic, window: Window, asked: timedelta) -> float | None:
    """The statistic of a window; None where there is nothing to make it of, as while monitoring is off."""
    if statistic is Statistic.COUNT:
        return window.count if window.covered >= WHOLE * asked else None
    if not window.count:
        return None
    if statistic in QUANTILES:
        return window.quantile(QUANTILES[statistic])
    return _OTHERS[statistic](window)


_OTHERS: Mapping[Statistic, Callable[[Window], float | None]] = {
    Statistic.MEAN: lambda window: window.total / window.count,
    Statistic.MAXIMUM: lambda window: window.maximum,
    Statistic.LATEST: lambda window: window.latest,
    Statistic.ERROR_RATE: lambda window: window.error_rate,
}
