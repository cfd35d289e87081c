"""The values that rules judge, wherever they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from backend.analytics.monitoring.objectives.burn import SHORTER, Burn, burn
from backend.analytics.monitoring.objectives.objective import MONTH, Objective
from backend.analytics.monitoring.rules.catalogue import CatalogueValues
from backend.analytics.monitoring.rules.judging import Observed
from backend.analytics.monitoring.rules.rule import HOUR, Measure, MeasureSource, Rule
from backend.analytics.monitoring.rules.shipped import ANY_OBJECTIVE
from backend.analytics.monitoring.rules.windows import WindowValues

Check = Callable[[datetime], Sequence[Observed]]


class LongValues:
    """One for a process: what rules over an hour or more observed, which is read once a minute and not more often."""

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._known: dict[tuple[Measure, timedelta], Sequence[Observed]] = {}

    def get(self, rule: Rule, at: datetime, read: Callable[[Rule, datetime], Sequence[Observed]]) -> Sequence[Observed]:
        minute = at.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._known = minute, {}
        key = (rule.measure, rule.window)
        if key not in self._known:
            self._known[key] = read(rule, at)
        return self._known[key]


class RuleValues:
    """`checks`: what Mingus asks itself, by name; a rule over one that is not there observes nothing."""

    def __init__(
        self,
        windows: WindowValues,
        catalogue: CatalogueValues,
        objectives: Mapping[str, Objective],
        checks: Mapping[str, Check],
        long: LongValues,
    ) -> None:
        self._windows = windows
        self._catalogue = catalogue
        self._objectives = objectives
        self._checks = checks
        self._long = long

    def of(self, rule: Rule, at: datetime) -> Sequence[Observed]:
        """What the rule looks at, for each thing."""
        match rule.measure.source:
            case MeasureSource.WINDOW:
                return self._measured(rule, at)
            case MeasureSource.CATALOGUE:
                return self._catalogue.of(rule, at)
            case MeasureSource.OBJECTIVE:
                return self._long.get(rule, at, self._burns)
        check = self._checks.get(rule.measure.name)
        return check(at) if check else ()

    def _measured(self, rule: Rule, at: datetime) -> Sequence[Observed]:
        return self._long.get(rule, at, self._windows.of) if rule.window >= HOUR else self._windows.of(rule, at)

    def _burns(self, rule: Rule, at: datetime) -> Sequence[Observed]:
        """Only of objectives of a month, which the rates at which alerts open are made for."""
        asked = (one for one in self._objectives.values() if rule.measure.name in {ANY_OBJECTIVE, one.id})
        burns = [(one, self._burn(one, rule.window, at)) for one in asked if one.window == MONTH]
        return [Observed(both.rate, both.count, objective.title) for objective, both in burns]

    def _burn(self, objective: Objective, over: timedelta, at: datetime) -> Burn:
        """How fast the budget burns over a window and over its last twelfth."""
        read = (self._windows.read(objective.family, span, at) for span in (over, over / SHORTER))
        return burn(objective, *(measurements.one(objective.family, objective.names) for measurements in read))
