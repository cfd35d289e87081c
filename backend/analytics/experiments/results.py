"""What an experiment came to: all that its page shows and its API answers, with the numbers anybody can check it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from backend.analytics.experiments.unit_measures import UnitMeasure

if TYPE_CHECKING:
    from backend.analytics.experiments.definition import Experiment
    from backend.analytics.experiments.statistics.answers import Comparison, Inconclusive, Lift
    from backend.analytics.experiments.statistics.samples import Mean, Proportion, Ratio
    from backend.analytics.experiments.statistics.verdict_input import GuardrailState, Verdict

    Sample = Proportion | Mean | Ratio


class MeasureRole(StrEnum):
    """What a measure is to an experiment. `asked`: in none of its lists, but named by the reader: exploratory."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    GUARDRAIL = "guardrail"
    ASKED = "asked"


class Check(StrEnum):
    """The health checks, in the order in which they are shown."""

    SPLIT = "split"
    UNPLANNED_ARMS = "unplanned_arms"
    CROSSED = "crossed"
    ALIKE_BEFORE = "alike_before"
    NO_MISSING_HOURS = "no_missing_hours"
    FRESH = "fresh"
    NOVELTY = "novelty"


class CheckState(StrEnum):
    """`flagged` is told but does not fail the experiment; `unknown`: it cannot be said yet, or of this unit at all."""

    PASSED = "passed"
    FAILED = "failed"
    FLAGGED = "flagged"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Effect:
    """A treatment minus the control, or as a lift; the interval is valid at every look if the test is sequential."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A treatment's effect on one measure. `level`: the error level of both intervals, after the correction.

    p comes from the difference, `adjusted_p` after the correction for being several; `is_bound`: p is below any number
    that is told. `fixed`: the interval for one look alone. `chance_to_win` and `loss`, of the lift, never stop a test.
    """

    variant: str
    difference: Effect | Inconclusive
    lift: Effect | Inconclusive
    fixed: Effect | Inconclusive
    level: float
    comparison: Comparison | Inconclusive
    fieller: Lift | Inconclusive
    standard_error: float | None = None
    p: float | None = None
    adjusted_p: float | None = None
    is_bound: bool = False
    is_significant: bool = False
    exact_p: float | None = None
    chance_to_win: float | Inconclusive | None = None
    loss: float | Inconclusive | None = None
    guardrail: GuardrailState | None = None
    users_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant in the result of a measure: there also where nobody saw it.

    `value`: per unit, adjusted where the measure is; `sample`: the sufficient statistics, None without a unit.
    """

    variant: str
    name: str
    n: int
    value: float | None
    unadjusted: float | None
    sample: Sample | None
    events: int  # conversions: units with a value that is not zero


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """One measure: arms (the control first) and a difference for each treatment.

    `adjusted_by`: the share of the variance that the days before explain, None where the measure is not adjusted, for
    the reason in `unadjusted_because`. `max_drop`: of a guardrail.
    """

    measure: UnitMeasure
    role: MeasureRole
    arms: tuple[Arm, ...]
    differences: tuple[Difference, ...]
    adjusted_by: float | None = None
    unadjusted_because: str = ""
    max_drop: float | None = None

    def difference(self, variant: str) -> Difference | None:
        return next((each for each in self.differences if each.variant == variant), None)


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """A treatment's effect on the primary measure as it was at the end of a day of the test, the first being 1."""

    day: int
    at: datetime
    variant: str
    units: int
    difference: Effect | Inconclusive
    lift: Effect | Inconclusive
    is_whole_week: bool


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """`numbers`: what the check looked at, by name, for the sentence that tells it."""

    check: Check
    state: CheckState
    numbers: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AllocationPeriod:
    """The units that came under one set of weights, by variant, beside what the weights promised."""

    version: int
    starts_at: datetime
    weights: Mapping[str, float]
    traffic: float
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Units and exposures that do not count, and why."""

    bots: int = 0
    forced: int = 0
    crossed: int = 0  # units that saw more than one variant
    immature: int = 0  # units younger than the conversion window
    after_stop: int = 0  # exposures that came when the test was over
    unplanned: int = 0  # units in no variant of the design, or in one of weight 0


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the test is from what it needs: units of all arms."""

    units: int
    planned: int | Inconclusive
    units_per_day: float | None
    days_left: int | Inconclusive
    smallest_effect: float | Inconclusive  # the lift that this many units can tell


@dataclass(frozen=True, slots=True)
class Segment:
    """The primary measure among units with one value of a dimension, when first exposed. Exploratory."""

    value: str | None
    result: MeasureResult


@dataclass(frozen=True, slots=True)
class Results:
    """All that was counted from `since` and before `until`, the lake being filled until `as_of`.

    `shown`: the measure that was asked for, the primary if none was. `decided_until`: the end of the last whole week,
    up to which the verdict looks; None before there is one. `days`: how many have begun.
    """

    experiment: Experiment
    shown: MeasureResult
    primary: MeasureResult
    secondary: tuple[MeasureResult, ...]
    guardrails: tuple[MeasureResult, ...]
    verdict: Verdict
    health: tuple[HealthCheck, ...]
    course: tuple[CoursePoint, ...]
    allocation: tuple[AllocationPeriod, ...]
    left_out: LeftOut
    reach: Reach
    breakdown: str | None
    segments: tuple[Segment, ...]
    since: datetime
    until: datetime
    decided_until: datetime | None
    days: int
    as_of: datetime
    engine: str
    version: str
    demo: bool

    @property
    def is_healthy(self) -> bool:
        return all(check.state is not CheckState.FAILED for check in self.health)

    @property
    def units(self) -> int:
        return sum(arm.n for arm in self.primary.arms)
