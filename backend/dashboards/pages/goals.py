"""Goals: how each stands, in a sentence that says how that is judged and promises nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from backend.analytics.goals.goal import Direction, Goal, GoalPeriod, GoalVersion, Target
from backend.analytics.goals.judgement import Reason, Status
from backend.analytics.goals.standing import ClosedPeriod, GoalStanding, met_of
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.dashboards.chips import filter_in_words
from backend.dashboards.goal_values import DIRECTIONS, HINTS, PERIODS, asked_value, in_words, said, typed_value
from backend.dashboards.names import Names
from backend.dashboards.page import Page
from backend.formats import count, day, plain_day, plain_days, share

LABELS = {
    Status.ON_TRACK: "On track",
    Status.BEHIND: "Behind",
    Status.MET: "Met",
    Status.MISSED: "Missed",
    Status.NOT_YET_KNOWN: "Not yet known",
}
SENTENCES = {
    Reason.NOT_STARTED: "Starts on {begins}.",
    Reason.TOO_FEW: "Too few to judge: n is {n}, and it takes 10.",
    Reason.OVER: "{value} in all. The target was {asked}.",
    Reason.REACHED: "Reached: {value} of {asked}.",
    Reason.PASSED: "Over the limit: {value} of at most {asked}.",
    Reason.ON_PACE: "{value} so far. An even pace would be {pace} by now.",
    Reason.NEAR_PACE: "{value} so far. An even pace would be {pace} by now, and the gap is within noise.",
    Reason.OFF_PACE: "{value} so far. An even pace would be {pace} by now, and chance doesn’t explain the gap.",
    Reason.ON_TARGET: "{value}, {interval}. The target is {asked}.",
    Reason.NEAR_TARGET: "{value}, {interval}, which includes the target of {asked}.",
    Reason.OFF_TARGET: "{value}, {interval}, all of it {side} the target of {asked}.",
    Reason.UNTESTED: "{value}. The target is {asked}. This measure has no noise test, so a small gap means little.",
}
GOAL_CHOICES: Mapping[str, Any] = {
    "measures": {name: measure.label for name, measure in MEASURES.items()},
    "periods": PERIODS,
    "directions": DIRECTIONS,
    "hints": HINTS,
}
MARGIN = 1.1  # of the scale beyond the greatest value on it


class GoalList(Page):
    """All goals of the team."""

    name: ClassVar = "goals"
    title: ClassVar = "Goals"
    can_be_saved: ClassVar = False


GOALS = GoalList()


@dataclass(frozen=True, slots=True)
class Gauge:
    """A bar with the target on it, in percent of its width: what was counted, the even pace, the interval of a rate."""

    value: float
    target: float
    pace: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ShownGoal:
    """A goal in words. Without a standing it has ended."""

    id: str
    label: str
    asks: str
    filters: tuple[str, ...]
    mine: bool
    status: str = ""
    status_label: str = ""
    value: str = ""
    sentence: str = ""
    n: str = ""
    period: str = ""
    share_over: str = ""
    gauge: Gauge | None = None
    ended: str = ""

    @classmethod
    def of(cls, goal: Goal, standing: GoalStanding | None, names: Names, zone: str) -> Self:
        target = goal.target
        filters = tuple(filter_in_words(condition, names) for condition in target.filters)
        always = (str(goal.id), MEASURES[target.measure].label, in_words(target), filters, goal.mine)
        if standing is None:
            return cls(*always, ended=day(goal.ended_at, zone) if goal.ended_at else "")
        counted, status = standing.counted, standing.judgement.status
        return cls(
            *always,
            status=status.value,
            status_label=LABELS[status],
            value=said(target, counted.value),
            sentence=sentence(standing),
            n=f"n = {count(counted.n)} {_noun(target)}",
            period=days_of(target.period, standing.period.first_day),
            share_over=f"{share(counted.share_over)} of the {target.period} is over",
            gauge=gauge(standing),
        )


@dataclass(frozen=True, slots=True)
class ShownPeriod:
    """A period that is over, as a row."""

    days: str
    asked: str
    value: str
    n: str
    status: str
    status_label: str
    recorded: bool


@dataclass(frozen=True, slots=True)
class GoalPage:
    """One goal with its history and its versions, the latest first; `typed`: its target as one would type it again."""

    shown: ShownGoal
    target: Target
    typed: str
    periods: tuple[ShownPeriod, ...]
    met: str
    versions: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, goal: Goal, shown: ShownGoal, history: Sequence[ClosedPeriod], zone: str) -> Self:
        met, known = met_of(history)
        return cls(
            shown,
            goal.target,
            typed_value(goal.target),
            tuple(_period(closed) for closed in history),
            f"Met {met} of {known} times." if known else "None yet.",
            tuple(_version(version, zone) for version in reversed(goal.versions)),
        )


def sentence(standing: GoalStanding) -> str:
    """How the status was judged. Nothing is forecast."""
    target, counted, judgement = standing.target, standing.counted, standing.judgement
    low, high = (said(target, end) for end in judgement.interval or (None, None))
    return SENTENCES[judgement.reason].format(
        value=said(target, counted.value),
        asked=asked_value(target),
        pace=said(target, _whole(target, judgement.pace)),
        interval=f"95% interval {low} to {high}",
        side="below" if target.direction is Direction.AT_LEAST else "above",
        n=count(counted.n),
        begins=plain_day(standing.period.first_day),
    )


def days_of(period: GoalPeriod, first: date) -> str:
    """November 2026; October – December 2026; November 23 – November 29, 2026"""
    last = period.next(first) - timedelta(days=1)
    match period:
        case GoalPeriod.WEEK:
            return plain_days(first, last)
        case GoalPeriod.MONTH:
            return f"{first:%B %Y}"
        case GoalPeriod.QUARTER:
            return f"{first:%B} – {last:%B %Y}"


def gauge(standing: GoalStanding) -> Gauge | None:
    target, counted, judgement = standing.target, standing.counted, standing.judgement
    low, high = judgement.interval or (None, None)
    scale = max(target.value, counted.value or 0, high or 0) * MARGIN
    if not scale or counted.value is None:
        return None
    value, asked = 100 * counted.value / scale, 100 * target.value / scale
    pace = None if judgement.pace is None or counted.is_over else 100 * judgement.pace / scale
    return Gauge(value, asked, pace, *(None if end is None else 100 * end / scale for end in (low, high)))


def _noun(target: Target) -> str:
    """What n are."""
    label = MEASURES[MEASURES[target.measure].rests_on].label
    return label[:1].lower() + label[1:]


def _whole(target: Target, pace: float | None) -> float | None:
    """An even pace of a count is a whole number, as what is counted is."""
    return round(pace) if pace is not None and target.grows else pace


def _period(closed: ClosedPeriod) -> ShownPeriod:
    target, first = closed.target, closed.first_day
    return ShownPeriod(
        days_of(target.period, first),
        in_words(target),
        said(target, closed.value),
        count(closed.n),
        closed.status.value,
        LABELS[closed.status],
        closed.recorded,
    )


def _version(version: GoalVersion, zone: str) -> tuple[str, str, str]:
    who = {True: "You", False: "A colleague", None: "Someone whose account is gone"}[version.mine]
    return day(version.created_at, zone), who, in_words(version.target)
