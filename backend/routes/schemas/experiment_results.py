"""What an experiment came to, as it is answered: every number that its page shows, and those they are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import Field

from backend.analytics.experiments.results import Check, CheckState, MeasureResult, MeasureRole, Results
from backend.analytics.experiments.statistics.verdict_input import GuardrailState, VerdictKind
from backend.analytics.experiments.unit_measures import UNIT_MEASURES, MeasureKind
from backend.analytics.experiments.unit_sums import SEGMENTS
from backend.analytics.metrics.catalogue.measures import Unit
from backend.routes.schemas.answer import Out
from backend.routes.schemas.instants import Instant
from backend.routes.schemas.parameters import Parameters


class ResultsQuery(Parameters):
    """`until`: counts as if the test had ended then."""

    measure: str | None = Field(
        None, description="Another measure than the primary one.", json_schema_extra={"enum": [*UNIT_MEASURES]}
    )
    breakdown: str | None = Field(
        None, description="Segments by what the first exposure says.", json_schema_extra={"enum": [*SEGMENTS]}
    )
    until: Instant | None = None


class NoAnswerOut(Out):
    """No answer, and why; never a zero."""

    reason: str


class EffectOut(Out):
    estimate: float
    lower: float
    upper: float


class ProportionOut(Out):
    n: int
    successes: int


class MeanOut(Out):
    """`squares`: the sum of the squares of the units' values."""

    n: int
    total: float
    squares: float


class RatioOut(Out):
    """`products`: the sum of each unit's numerator times its denominator."""

    n: int
    numerator: float
    numerator_squares: float
    denominator: float
    denominator_squares: float
    products: float


class ArmOut(Out):
    """`value` is adjusted by the days before where the measure is; `sample` holds what it is worked out from."""

    variant: str
    name: str
    n: int
    value: float | None
    unadjusted: float | None
    conversions: int = Field(validation_alias="events", description="Units whose value is not zero.")
    sample: ProportionOut | MeanOut | RatioOut | None


class DifferenceOut(Out):
    """A treatment against the control. p and verdict come from the difference, never from the lift."""

    variant: str
    difference: EffectOut | NoAnswerOut
    lift: EffectOut | NoAnswerOut
    fixed: EffectOut | NoAnswerOut = Field(description="The interval for one look alone.")
    level: float
    standard_error: float | None
    p: float | None
    adjusted_p: float | None
    is_bound: bool
    is_significant: bool
    exact_p: float | None
    chance_to_win: float | NoAnswerOut | None
    loss: float | NoAnswerOut | None
    guardrail: GuardrailState | None
    users_needed: int | None


class MeasureResultOut(Out):
    measure: str
    label: str
    description: str
    kind: MeasureKind
    unit: Unit
    less_is_better: bool
    role: MeasureRole
    max_drop: float | None
    adjusted_by: float | None
    unadjusted_because: str
    arms: list[ArmOut]
    differences: list[DifferenceOut]

    @classmethod
    def of(cls, result: MeasureResult) -> Self:
        measure = result.measure
        return cls(
            measure=measure.name,
            label=measure.label,
            description=measure.description,
            kind=measure.kind,
            unit=measure.unit,
            less_is_better=measure.less_is_better,
            role=result.role,
            max_drop=result.max_drop,
            adjusted_by=result.adjusted_by,
            unadjusted_because=result.unadjusted_because,
            arms=[ArmOut.model_validate(arm) for arm in result.arms],
            differences=[DifferenceOut.model_validate(difference) for difference in result.differences],
        )


class VerdictReasonOut(Out):
    code: str
    subject: str | None
    numbers: dict[str, float]


class VerdictOut(Out):
    """`row`: of the table in docs/statistics.md."""

    kind: VerdictKind
    row: int
    arm: str | None
    reasons: list[VerdictReasonOut]
    missing: list[VerdictReasonOut]
    days_left: int | None


class HealthCheckOut(Out):
    check: Check
    state: CheckState
    numbers: dict[str, float]
    reason: str


class CoursePointOut(Out):
    day: int
    at: datetime
    variant: str
    units: int
    difference: EffectOut | NoAnswerOut
    lift: EffectOut | NoAnswerOut
    is_whole_week: bool


class AllocationPeriodOut(Out):
    version: int
    starts_at: datetime
    weights: dict[str, float]
    traffic: float
    units: dict[str, int]


class LeftOutOut(Out):
    bots: int
    forced: int
    crossed: int
    immature: int
    after_stop: int
    unplanned: int


class ReachOut(Out):
    units: int
    planned: int | NoAnswerOut
    units_per_day: float | None
    days_left: int | NoAnswerOut
    smallest_effect: float | NoAnswerOut


class ExperimentSegmentOut(Out):
    """Exploratory: one of many, so that some stand out by chance."""

    value: str | None
    result: MeasureResultOut


class ExperimentResultsOut(Out):
    shown: MeasureResultOut
    primary: MeasureResultOut
    secondary: list[MeasureResultOut]
    guardrails: list[MeasureResultOut]
    verdict: VerdictOut
    health: list[HealthCheckOut]
    course: list[CoursePointOut]
    allocation: list[AllocationPeriodOut]
    left_out: LeftOutOut
    reach: ReachOut
    segments: list[ExperimentSegmentOut]


class ExperimentResultsMeta(Out):
    test_id: str
    phase: int
    since: datetime
    until: datetime
    decided_until: datetime | None
    days: int
    breakdown: str | None
    as_of: datetime
    engine: str
    demo: bool


class ExperimentResultsResponse(Out):
    data: ExperimentResultsOut
    meta: ExperimentResultsMeta

    @classmethod
    def of(cls, results: Results) -> Self:
        measure = MeasureResultOut.of
        data = ExperimentResultsOut(
            shown=measure(results.shown),
            primary=measure(results.primary),
            secondary=[measure(each) for each in results.secondary],
            guardrails=[measure(each) for each in results.guardrails],
            verdict=VerdictOut.model_validate(results.verdict),
            health=[HealthCheckOut.model_validate(check) for check in results.health],
            course=[CoursePointOut.model_validate(point) for point in results.course],
            allocation=[AllocationPeriodOut.model_validate(period) for period in results.allocation],
            left_out=LeftOutOut.model_validate(results.left_out),
            reach=ReachOut.model_validate(results.reach),
            segments=[ExperimentSegmentOut(value=each.value, result=measure(each.result)) for each in results.segments],
        )
        experiment = results.experiment
        meta = ExperimentResultsMeta(
            test_id=experiment.test_id,
            phase=experiment.phase,
            since=results.since,
            until=results.until,
            decided_until=results.decided_until,
            days=results.days,
            breakdown=results.breakdown,
            as_of=results.as_of,
            engine=results.engine,
            demo=results.demo,
        )
        return cls(data=data, meta=meta)
