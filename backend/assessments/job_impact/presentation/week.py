"""The week in hours: the everyday groups of a job's work as form fields, with their activities behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from backend.assessments.job_impact.model.result import ActivityPlace
from backend.assessments.job_impact.presentation.work_groups import groups_of

WHOLE_WEEK = 40.0
NOT_YOURS = (
    f"We don’t know your hours. These are the job’s task shares spread over {WHOLE_WEEK:g} hours; "
    "put yours in their place."
)


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One activity. `typical` and `hours` are exact; `shown` is what the field holds."""

    id: str
    name: str
    typical: float
    hours: float

    @property
    def shown(self) -> str:
        return typical_hours(self.typical) if self.hours == self.typical else f"{round(self.hours, 2):g}"

    @property
    def shown_typical(self) -> str:
        return typical_hours(self.typical)


@dataclass(frozen=True, slots=True)
class WeekGroup:
    """A group of activities; its hours are theirs together. `shown_typical` adds up to a whole week over all groups."""

    id: str
    name: str
    shown_typical: str
    lines: tuple[WeekLine, ...]

    @property
    def typical(self) -> float:
        return fsum(line.typical for line in self.lines)

    @property
    def hours(self) -> float:
        return fsum(line.hours for line in self.lines)

    @property
    def is_typical(self) -> bool:
        return all(line.hours == line.typical for line in self.lines)

    @property
    def shown(self) -> str:
        return self.shown_typical if self.is_typical else f"{round(self.hours, 2):g}"


def week_groups(
    activities: Sequence[ActivityPlace], hours: Mapping[str, float], code: str = ""
) -> tuple[WeekGroup, ...]:
    """The largest part of a typical week first; without `hours` of one's own by activity, a typical week."""
    groups = groups_of(activities, code)
    shown = half_hours([group.typical_share for group in groups])
    return tuple(
        WeekGroup(group.id, group.name, f"{typical:g}", tuple(_line(activity, hours) for activity in group.activities))
        for group, typical in zip(groups, shown, strict=True)
    )


def half_hours(shares: Sequence[float]) -> list[float]:
    """A week's hours in halves by `shares`, adding up to all of it: by the largest remainder, the first on a tie."""
    total = fsum(shares)
    exact = [2 * WHOLE_WEEK * share / total for share in shares]
    halves = [math.floor(each) for each in exact]
    left = round(2 * WHOLE_WEEK) - sum(halves)
    for place in sorted(range(len(exact)), key=lambda place: halves[place] - exact[place])[:left]:
        halves[place] += 1
    return [half / 2 for half in halves]


def _line(activity: ActivityPlace, hours: Mapping[str, float]) -> WeekLine:
    typical = activity.typical_share * WHOLE_WEEK / 100
    return WeekLine(activity.id, activity.name, typical, hours.get(activity.id, 0.0) if hours else typical)


def stated(week: Sequence[WeekGroup], groups: Mapping[str, float], activities: Mapping[str, float]) -> dict[str, float]:
    """Hours by activity from what was typed by group and by activity; empty for a typical week.

    A group's hours go to its activities as they share it already, else as in a typical week; what was typed for
    an activity wins. A field left as it was shown stays exact.
    """
    hours = {key: value for group in week for key, value in _hours(group, groups, activities).items()}
    return {} if hours == {line.id: line.typical for group in week for line in group.lines} else hours


def _hours(group: WeekGroup, groups: Mapping[str, float], activities: Mapping[str, float]) -> dict[str, float]:
    own = {
        line.id: line.typical if typed == float(line.shown_typical) else typed
        for line in group.lines
        if (typed := activities.get(line.id)) is not None and typed != float(line.shown)
    }
    rest = [line for line in group.lines if line.id not in own]
    total = groups.get(group.id)
    if total is None or total == float(group.shown):
        return {line.id: line.hours for line in rest} | own
    if not own and total == float(group.shown_typical):
        return {line.id: line.typical for line in rest}
    left = max(total - fsum(own.values()), 0.0)
    held = {line.id: line.hours for line in rest}
    parts = held if any(held.values()) else {line.id: line.typical for line in rest}
    whole = fsum(parts.values())
    return {key: left * part / whole if whole else 0.0 for key, part in parts.items()} | own


def total_sentence(week: Sequence[WeekGroup]) -> str:
    """What hours the fields hold: the job’s, or how many of one’s own."""
    if all(group.is_typical for group in week):
        return NOT_YOURS
    return f"Your week adds up to {round(fsum(float(group.shown) for group in week), 1):g} hours."


def typical_hours(exact: float) -> str:
    """Hours rounded to the half hour, below one hour to the tenth, and never down to 0."""
    if exact == 0:
        return "0"
    return f"{round(exact * 2) / 2:g}" if exact >= 1 else f"{max(round(exact, 1), 0.1):g}"
