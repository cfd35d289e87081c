"""The values that rules judge, wherever they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from backend.analytics.monitoring.objectives.objective import MONTH, Objective
from backend.analytics.monitoring.objectives.service import Objectives
from backend.analytics.monitoring.rules.catalogue import CatalogueValues
from backend.analytics.monitoring.rules.judging import Observed
from backend.analytics.monitoring.rules.rule import Rule, Source
from backend.analytics.monitoring.rules.shipped import ANY_OBJECTIVE
from backend.analytics.monitoring.rules.windows import WindowValues

Check = Callable[[datetime], Sequence[Observed]]


class RuleValues:
    """`checks`: what Mingus asks itself, by name; a rule over one that is not there observes nothing."""

    def __init__(
        self,
        windows: WindowValues,
        catalogue: CatalogueValues,
        objectives: Objectives,
        known: Mapping[str, Objective],
        checks: Mapping[str, Check],
    ) -> None:
        self._windows = windows
        self._catalogue = catalogue
        self._objectives = objectives
        self._known = known
        self._checks = checks

    def of(self, rule: Rule, at: datetime) -> Sequence[Observed]:
        """What the rule looks at, for each thing."""
        match rule.measure.source:
            case Source.WINDOW:
                return self._windows.of(rule, at)
            case Source.CATALOGUE:
                return self._catalogue.of(rule, at)
            case Source.OBJECTIVE:
                return self._burns(rule, at)
        check = self._checks.get(rule.measure.name)
        return check(at) if check else ()

    def _burns(self, rule: Rule, at: datetime) -> Sequence[Observed]:
        """Only of objectives of a month, which the rates at which alerts open are made for."""
        asked = (one for one in self._known.values() if rule.measure.name in {ANY_OBJECTIVE, one.id})
        burns = [(one, self._objectives.burn(one, rule.window, at)) for one in asked if one.window == MONTH]
        return [Observed(burn.rate, burn.count, objective.title) for objective, burn in burns]
