"""What results amount to: guardrails, how much is missing, and the verdict of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

from backend.analytics.experiments.definition import Allocation, Experiment, ExperimentConfig
from backend.analytics.experiments.measure_results import Comparing, MeasureCount
from backend.analytics.experiments.results import CheckState, Difference, HealthCheck, MeasureResult, Reach
from backend.analytics.experiments.statistics.answers import Inconclusive
from backend.analytics.experiments.statistics.guardrail import guardrail
from backend.analytics.experiments.statistics.power import (
    ImpossibleQuestionError,
    Plan,
    days_needed,
    sequential_units,
    units_for_effect,
)
from backend.analytics.experiments.statistics.sequential import Sequence as ConfidenceSequence
from backend.analytics.experiments.statistics.verdict import decide
from backend.analytics.experiments.statistics.verdict_input import (
    ArmUnits,
    GuardrailResult,
    Reason,
    TreatmentResult,
    Verdict,
    VerdictInput,
)

DAYS_OF_PACE = 7


@dataclass(frozen=True, slots=True)
class Measured:
    """The results of the primary measure, of the secondary ones, and of the guardrails, over the same rows."""

    primary: MeasureResult
    secondary: tuple[MeasureResult, ...]
    guardrails: tuple[MeasureResult, ...]

    @property
    def all(self) -> tuple[MeasureResult, ...]:
        return self.primary, *self.secondary, *self.guardrails


def with_guardrails(
    results: Sequence[MeasureResult], counts: Sequence[MeasureCount], config: ExperimentConfig
) -> tuple[MeasureResult, ...]:
    """The results of guardrails with the state of each arm: one-sided bounds, which are not corrected."""
    comparing = Comparing.of(config)

    def judged(count: MeasureCount, difference: Difference) -> Difference:
        arms = count.compared(config.control.key, difference.variant)
        answer = guardrail(
            arms.control,
            arms.treatment,
            max_drop=count.max_drop or 0.0,
            alpha=comparing.alpha,
            tuning=comparing.tuning,
            lower_is_better=count.measure.less_is_better,
        )
        return replace(difference, guardrail=answer.state, users_needed=answer.units_needed)

    return tuple(
        replace(result, differences=tuple(judged(count, each) for each in result.differences))
        for result, count in zip(results, counts, strict=True)
    )


def verdict_of(
    experiment: Experiment,
    weeks: Measured,
    latest: Measured,
    health: Sequence[HealthCheck],
    days: int,
    days_left: int | Inconclusive,
    taken: Verdict | None,
    best: str | None = None,
) -> Verdict:
    """`weeks`: what was counted up to the last whole week; health and breaches look at everything."""
    config = experiment.config
    units = {arm.variant: ArmUnits(arm.variant, arm.n, min(arm.events, arm.n)) for arm in weeks.primary.arms}
    return decide(
        VerdictInput(
            control=units[config.control.key],
            treatments=tuple(_treatment(units[each.variant], each) for each in weeks.primary.differences),
            days=days,
            mde=config.mde,
            failed_checks=tuple(
                Reason(check.check, numbers=check.numbers) for check in health if check.state is CheckState.FAILED
            ),
            guardrails=tuple(_guardrails(weeks)),
            latest_guardrails=tuple(_guardrails(latest)),
            minimum_days=config.minimum.days,
            minimum_units=config.minimum.users_per_variant,
            planned_units=config.planned_units,
            days_left=None if isinstance(days_left, Inconclusive) else days_left,
            is_sequential=Comparing.of(config).is_sequential,
            is_bayesian=Comparing.of(config).is_bayesian,
            lower_is_better=weeks.primary.measure.less_is_better,
            taken=taken,
            is_bandit=config.allocation is not Allocation.FIXED,
            best=best,
        )
    )


def _treatment(units: ArmUnits, difference: Difference) -> TreatmentResult:
    chance, loss = difference.chance_to_win, difference.loss
    return TreatmentResult(
        units,
        difference.comparison,
        difference.fieller,
        None if isinstance(chance, Inconclusive) else chance,
        None if isinstance(loss, Inconclusive) else loss,
    )


def _guardrails(measured: Measured) -> list[GuardrailResult]:
    results = []
    for result in measured.guardrails:
        sizes = {arm.variant: arm.n for arm in result.arms}
        control = result.arms[0].n
        results += [
            GuardrailResult(
                result.measure.name, each.variant, each.guardrail, min(control, sizes[each.variant]), each.users_needed
            )
            for each in result.differences
            if each.guardrail is not None
        ]
    return results


def reach_of(experiment: Experiment, primary: MeasureCount, days: int) -> Reach:
    """How far a test is: what it needs to find its smallest effect worth having, at the pace of the last week."""
    config = experiment.config
    units = sum(primary.counted.units(primary.keep).values())
    lately = primary.counted.units(lambda row: days - DAYS_OF_PACE <= row.day < days)
    pace = sum(lately.values()) / DAYS_OF_PACE if days >= DAYS_OF_PACE else None
    planned = config.planned_units or _planned(primary, config)
    return Reach(units, planned, pace, _days_left(planned, units, pace), _smallest_effect(primary, config))


def _planned(primary: MeasureCount, config: ExperimentConfig) -> int | Inconclusive:
    """Units of all arms with which a last look alone has 80 % power."""
    control = primary.sample(config.control.key)
    if control.lacks or control.n < 2 or not control.mean or not control.variance:
        return Inconclusive("the control has no value yet that a plan could rest on")
    treatments, variance, effect = len(config.treatments), control.variance, config.mde * abs(control.mean)
    plan, comparing = Plan(alpha=config.statistics.alpha, comparisons=treatments), Comparing.of(config)
    try:
        if comparing.is_sequential:
            needed = sequential_units(variance, variance, effect, plan, tuning=comparing.tuning)
        else:
            needed = units_for_effect(variance, variance, effect, plan)
    except ImpossibleQuestionError as error:
        return Inconclusive(str(error))
    return needed.of_all(treatments)


def _days_left(planned: int | Inconclusive, units: int, pace: float | None) -> int | Inconclusive:
    if isinstance(planned, Inconclusive):
        return planned
    if units >= planned:
        return 0
    return Inconclusive("no whole week of the test is over") if pace is None else days_needed(planned - units, pace)


def _smallest_effect(primary: MeasureCount, config: ExperimentConfig) -> float | Inconclusive:
    """The lift that so many units find with 80 % power."""
    control, comparing = primary.sample(config.control.key), Comparing.of(config)
    smallest = min(primary.sample(variant.key).n for variant in config.treatments)
    if control.lacks or min(control.n, smallest) < 2 or not control.mean:
        return Inconclusive("the control has no value yet that a plan could rest on")
    error = sqrt(control.variance / control.n + control.variance / smallest)
    plan = Plan(alpha=config.statistics.alpha, comparisons=len(config.treatments))
    reach = plan.reach
    if comparing.is_sequential:
        sequence = ConfidenceSequence(comparing.alpha, comparing.tuning)
        reach = sequence.multiplier(control.n + smallest, plan.level) + plan.z_power
    return reach * error / abs(control.mean)
