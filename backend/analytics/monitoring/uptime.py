"""How each part of the site did in 90 days, by what the objectives count, and how it does now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from enum import StrEnum
from types import MappingProxyType

from backend.analytics.monitoring.incidents.incident import Component, Impact, PublicIncident
from backend.analytics.monitoring.name_filter import ANY, NameFilter
from backend.analytics.monitoring.objectives.burn import FEWEST_BAD
from backend.analytics.monitoring.objectives.objective import Objective
from backend.analytics.monitoring.objectives.shipped import OBJECTIVES
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.route_groups import ACCOUNTS, API, CALCULATOR, DASHBOARDS
from backend.analytics.monitoring.windows import Bucket, Measurements, Window, Windows
from backend.clock import Clock

DAYS = 90
LATELY = timedelta(minutes=10)
DEGRADED_FROM, DOWN_FROM = 0.05, 0.5  # the share that fails


def _of_requests(names: NameFilter) -> Objective:
    return replace(OBJECTIVES["availability"], names=names)


COUNTED: Mapping[Component, Objective] = MappingProxyType(
    {
        Component.CALCULATOR: _of_requests(CALCULATOR),
        Component.ACCOUNTS: _of_requests(ACCOUNTS),
        Component.DASHBOARDS: _of_requests(DASHBOARDS),
        Component.API: _of_requests(API),
        Component.EMAIL: replace(OBJECTIVES["availability"], family=Family.EMAIL, names=ANY),
    }
)


class Condition(StrEnum):
    """How a component does now. `UNKNOWN`: nobody used it lately, or monitoring is off."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DayUptime:
    """A UTC day. `good`: the share that did not fail; None: nothing was measured, which is no uptime of 100%."""

    day: date
    good: float | None
    failed: int = 0


@dataclass(frozen=True, slots=True)
class ComponentUptime:
    """`good`: of all days that were measured together; None where none was."""

    component: Component
    condition: Condition
    days: tuple[DayUptime, ...]
    good: float | None
    target: float


class Uptime:
    def __init__(self, windows: Windows, now: Clock) -> None:
        self._windows = windows
        self._now = now

    def of(self, incidents: Sequence[PublicIncident]) -> Sequence[ComponentUptime]:
        """Every component; an open incident about one says at least how it does now."""
        now = self._now()
        first = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
        families = [Family.REQUEST, Family.EMAIL]
        days = self._windows.read(families, first, now, buckets=DAYS)
        lately = self._windows.read(families, now - LATELY, now)
        return [_uptime(component, objective, days, lately, incidents) for component, objective in COUNTED.items()]


def _uptime(
    component: Component,
    objective: Objective,
    days: Measurements,
    lately: Measurements,
    incidents: Sequence[PublicIncident],
) -> ComponentUptime:
    course = days.course(objective.family, objective.names)
    windows = [bucket.window for bucket in course if bucket.window]
    count, bad = sum(window.count for window in windows), sum(map(objective.bad, windows))
    told = [one.impact for one in incidents if one.is_open and component in one.components]
    return ComponentUptime(
        component,
        condition_of(lately.one(objective.family, objective.names), told),
        tuple(_day(objective, bucket) for bucket in course)[-DAYS:],
        1 - bad / count if count else None,
        objective.target,
    )


def _day(objective: Objective, bucket: Bucket) -> DayUptime:
    day, window = bucket.starts_at.astimezone(UTC).date(), bucket.window
    if window is None or not window.count:
        return DayUptime(day, None)
    return DayUptime(day, 1 - objective.bad(window) / window.count, objective.bad(window))


def condition_of(lately: Window, told: Sequence[Impact]) -> Condition:
    """The worse of what was measured lately and what operators tell of. One failure alone says nothing."""
    if Impact.DOWN in told:
        return Condition.DOWN
    share = lately.failed / lately.count if lately.failed >= min(FEWEST_BAD, max(lately.count, 2)) else 0.0
    if share >= DOWN_FROM:
        return Condition.DOWN
    if told or share >= DEGRADED_FROM:
        return Condition.DEGRADED
    return Condition.OPERATIONAL if lately.count else Condition.UNKNOWN
