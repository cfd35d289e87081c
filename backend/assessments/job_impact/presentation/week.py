"""The week in hours: activities as form fields, and the hours of an edited week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.assessments.job_impact.model.result import ActivityPlace

WHOLE_WEEK = 40.0


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One activity. `typical` and `hours` are exact; `shown` is what the field holds."""

    id: str
    title: str
    typical: float
    hours: float

    @property
    def shown(self) -> str:
        return typical_hours(self.typical) if self.hours == self.typical else f"{self.hours:g}"

    @property
    def shown_typical(self) -> str:
        return typical_hours(self.typical)


def lines(activities: Sequence[ActivityPlace], hours: Mapping[str, float]) -> list[WeekLine]:
    """The largest part of a typical week first; without `hours` of one's own, a typical week."""
    return [
        WeekLine(a.id, a.title, typical, hours.get(a.id, 0.0) if hours else typical)
        for a in sorted(activities, key=lambda a: (-a.typical_share, a.id))
        for typical in [a.typical_share * WHOLE_WEEK / 100]
    ]


def stated(week: Sequence[WeekLine], typed: Mapping[str, float]) -> dict[str, float]:
    """The typed hours, exact where a field was left as it was shown; empty for a typical week."""
    hours = {line.id: _exact(line, typed[line.id]) for line in week}
    return {} if hours == {line.id: line.typical for line in week} else hours


def _exact(line: WeekLine, typed: float) -> float:
    return line.typical if typed == float(line.shown_typical) else typed


def typical_hours(exact: float) -> str:
    """Hours rounded to the half hour, below one hour to the tenth, and never down to 0."""
    if exact == 0:
        return "0"
    return f"{round(exact * 2) / 2:g}" if exact >= 1 else f"{max(round(exact, 1), 0.1):g}"
