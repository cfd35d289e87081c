"""How the objectives stand, from what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.analytics.monitoring.objectives.burn import burn_rate
from backend.analytics.monitoring.objectives.objective import BurnPoint, Objective, ObjectiveStanding
from backend.analytics.monitoring.windows import Bucket, Windows
from backend.clock import Clock

COURSE = 60


class Objectives:
    def __init__(self, objectives: Mapping[str, Objective], windows: Windows, now: Clock) -> None:
        self._objectives = objectives
        self._windows = windows
        self._now = now

    def standings(self) -> Sequence[ObjectiveStanding]:
        """How each objective stands now."""
        now = self._now()
        return [self._standing(objective, now) for objective in self._objectives.values()]

    def _standing(self, objective: Objective, now: datetime) -> ObjectiveStanding:
        since = now - objective.window
        whole = self._windows.one(objective.family, since, now, objective.names)
        parts = self._windows.course(objective.family, since, now, objective.names, buckets=COURSE)
        rate = burn_rate(objective, whole)
        return ObjectiveStanding(
            objective=objective,
            count=whole.count,
            bad=objective.bad(whole),
            budget_left=None if rate is None else 1 - rate,
            burn=tuple(_point(objective, part) for part in parts),
            as_of=now,
            covered=whole.covered,
        )


def _point(objective: Objective, part: Bucket) -> BurnPoint:
    return BurnPoint(part.starts_at, burn_rate(objective, part.window) if part.window else None)
