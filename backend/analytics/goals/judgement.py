"""How a goal stands: a comparison of what is counted so far with what an even pace, or the target itself, asks.

Nothing is forecast. A difference that chance alone explains is never called behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from backend.analytics.figures.interval import CONFIDENT
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
    WITHIN_NOISE = "within_noise"
    REACHED = "reached"
    PASSED = "passed"
    OVER = "over"
    PACE = "pace"
    INTERVAL = "interval"
    VALUE = "value"


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
    interval: tuple[float, float] | None = None


def judged(target: Target, counted: Counted) -> Judgement:
    """The status as of now. Under ten nothing is judged but a count, or a sum, whose outcome can no longer change."""
    if counted.share_over <= 0:
        return Judgement(Status.NOT_YET_KNOWN, Reason.NOT_STARTED)
    if target.grows:
        return _of_growing(target, counted, counted.value or 0)
    interval = wilson(counted.value, counted.n) if target.unit is Unit.FRACTION else None
    if counted.value is None or counted.n < SMALLEST_DENOMINATOR:
        return Judgement(Status.NOT_YET_KNOWN, Reason.TOO_FEW, interval=interval)
    if counted.is_over:
        return Judgement(_final(target, counted.value), Reason.OVER, interval=interval)
    return _of_level(target, counted.value, interval)


def wilson(rate: float | None, n: int) -> tuple[float, float] | None:
    """The 95% interval of a share of n (Wilson 1927, score test)."""
    if rate is None or not n:
        return None
    z2 = CONFIDENT**2
    middle, width = rate + z2 / (2 * n), CONFIDENT * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))
    low, high = (middle - width) / (1 + z2 / n), (middle + width) / (1 + z2 / n)
    return max(0.0, min(low, rate)), min(1.0, max(high, rate))


def _of_growing(target: Target, counted: Counted, value: float) -> Judgement:
    at_least = target.direction is Direction.AT_LEAST
    pace = target.value * min(counted.share_over, 1)
    if counted.is_over:
        return Judgement(_final(target, value), Reason.OVER, pace)
    if at_least and value >= target.value:
        return Judgement(Status.MET, Reason.REACHED, pace)
    if not at_least and value > target.value:
        return Judgement(Status.MISSED, Reason.PASSED, pace)
    if counted.n < SMALLEST_DENOMINATOR:
        return Judgement(Status.NOT_YET_KNOWN, Reason.TOO_FEW, pace)
    if value >= pace if at_least else value <= pace:
        return Judgement(Status.ON_TRACK, Reason.PACE, pace)
    if abs(value - pace) <= _noise(target, counted.n, value, pace):
        return Judgement(Status.NOT_YET_KNOWN, Reason.WITHIN_NOISE, pace)
    return Judgement(Status.BEHIND, Reason.PACE, pace)


def _of_level(target: Target, value: float, interval: tuple[float, float] | None) -> Judgement:
    """Of a rate, a median or an average, which the time that is left moves neither way."""
    reason = Reason.INTERVAL if interval else Reason.VALUE
    if target.is_reached_by(value):
        return Judgement(Status.ON_TRACK, reason, interval=interval)
    if interval and interval[0] <= target.value <= interval[1]:
        return Judgement(Status.NOT_YET_KNOWN, Reason.WITHIN_NOISE, interval=interval)
    return Judgement(Status.BEHIND, reason, interval=interval)


def _final(target: Target, value: float) -> Status:
    return Status.MET if target.is_reached_by(value) else Status.MISSED


def _noise(target: Target, n: int, value: float, pace: float) -> float:
    """1.96 standard errors: of a count (Poisson, at the pace), or of a sum of n amounts as if all n were equal."""
    return CONFIDENT * (sqrt(pace) if target.unit is Unit.COUNT else value / sqrt(n))
