"""How a goal stands: a comparison of what is counted so far with what an even pace, or the target itself, asks.

Nothing is forecast. A difference that chance alone explains is never called behind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

from backend.analytics.figures.interval import CONFIDENT, Interval, wilson
from backend.analytics.goals.goal import Direction, Target
from backend.analytics.metrics.catalogue.measures import Unit
from backend.analytics.metrics.quotients import SMALLEST_DENOMINATOR


class Status(StrEnum):
    """`MET` and `MISSED` are final. The others are of a period that is not over."""

    ON_TRACK = "on_track"
    BEHIND = "behind"
    MET = "met"
    MISSED = "missed"
    NOT_YET_KNOWN = "not_yet_known"


class Reason(StrEnum):
    """Why the status is what it is; pages say it in words."""

    NOT_STARTED = "not_started"
    TOO_FEW = "too_few"
    OVER = "over"
    REACHED = "reached"
    PASSED = "passed"
    ON_PACE = "on_pace"
    NEAR_PACE = "near_pace"
    OFF_PACE = "off_pace"
    ON_TARGET = "on_target"
    NEAR_TARGET = "near_target"
    OFF_TARGET = "off_target"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted: the measure, on how many it rests (`n`), and which share of the period is over."""

    value: float | None
    n: int
    share_over: float

    @property
    def is_over(self) -> bool:
        return self.share_over >= 1


@dataclass(frozen=True, slots=True)
class Judgement:
    """`pace`: of what grows, the target times the share of the period that is over. `interval`: of a rate."""

    status: Status
    reason: Reason
    pace: float | None = None
    interval: Interval | None = None


def judged(target: Target, counted: Counted) -> Judgement:
    """The status as of now. Under ten nothing is judged but a count, or a sum, whose outcome can no longer change."""
    if counted.share_over <= 0:
        return Judgement(Status.NOT_YET_KNOWN, Reason.NOT_STARTED)
    if target.grows:
        return _of_growing(target, counted, counted.value or 0)
    is_rate = target.unit is Unit.FRACTION and counted.value is not None and counted.n
    interval = wilson(min(counted.value or 0, 1), counted.n) if is_rate else None
    if counted.value is None or counted.n < SMALLEST_DENOMINATOR:
        return Judgement(Status.NOT_YET_KNOWN, Reason.TOO_FEW, interval=interval)
    if counted.is_over:
        return Judgement(_final(target, counted.value), Reason.OVER, interval=interval)
    return _of_level(target, counted.value, interval)


def _of_growing(target: Target, counted: Counted, value: float) -> Judgement:
    pace = target.value * min(counted.share_over, 1)
    if counted.is_over:
        return Judgement(_final(target, value), Reason.OVER, pace)
    if target.direction is Direction.AT_LEAST and target.is_reached_by(value):
        return Judgement(Status.MET, Reason.REACHED, pace)
    if not target.is_reached_by(value) and target.direction is Direction.AT_MOST:
        return Judgement(Status.MISSED, Reason.PASSED, pace)
    return Judgement(*_of_pace(target, counted.n, value, pace), pace)


def _of_pace(target: Target, n: int, value: float, pace: float) -> tuple[Status, Reason]:
    if n < SMALLEST_DENOMINATOR:
        return Status.NOT_YET_KNOWN, Reason.TOO_FEW
    if replace(target, value=pace).is_reached_by(value):
        return Status.ON_TRACK, Reason.ON_PACE
    if abs(value - pace) <= _noise(target, n, value, pace):
        return Status.NOT_YET_KNOWN, Reason.NEAR_PACE
    return Status.BEHIND, Reason.OFF_PACE


def _of_level(target: Target, value: float, interval: Interval | None) -> Judgement:
    """Of a rate, a median or an average, which the time that is left moves neither way."""
    if target.is_reached_by(value):
        return Judgement(Status.ON_TRACK, Reason.ON_TARGET if interval else Reason.UNTESTED, interval=interval)
    if interval and interval.low <= target.value <= interval.high:
        return Judgement(Status.NOT_YET_KNOWN, Reason.NEAR_TARGET, interval=interval)
    return Judgement(Status.BEHIND, Reason.OFF_TARGET if interval else Reason.UNTESTED, interval=interval)


def _final(target: Target, value: float) -> Status:
    return Status.MET if target.is_reached_by(value) else Status.MISSED


def _noise(target: Target, n: int, value: float, pace: float) -> float:
    """1.96 standard errors: of a count (Poisson, at the pace), or of a sum of n amounts as if all n were equal."""
    return CONFIDENT * (sqrt(pace) if target.unit is Unit.COUNT else value / sqrt(n))
