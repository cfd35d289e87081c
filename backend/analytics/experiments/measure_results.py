"""What was counted of a measure as arms and differences, each family of comparisons corrected by its own rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from backend.analytics.experiments.definition import Correction, ExperimentConfig, StatisticsEngine
from backend.analytics.experiments.results import Arm, Difference, Effect, MeasureResult, MeasureRole
from backend.analytics.experiments.statistics.answers import Comparison, Inconclusive, Lift
from backend.analytics.experiments.statistics.cuped import MeanPair, ProportionPair, RatioPair, adjust
from backend.analytics.experiments.statistics.samples import Mean, Proportion, Ratio
from backend.analytics.experiments.unit_measures import MeasureKind, UnitMeasure

Keep = Callable[["Added"], bool]
if TYPE_CHECKING:
    from backend.analytics.experiments.counting import Added, Counted
    from backend.analytics.experiments.results import Sample
    from backend.analytics.experiments.statistics.corrections import Corrected
    from backend.analytics.experiments.statistics.cuped import Adjusted

    AnySample: TypeAlias = Sample | Adjusted
    Pair: TypeAlias = MeanPair | ProportionPair | RatioPair

NO_DAYS_BEFORE = "a session has no days before it"


@dataclass(frozen=True, slots=True)
class Comparing:
    """How two arms are compared: fixed before the start, but for the level, which a correction may lower."""

    alpha: float
    is_sequential: bool
    tuning: float
    is_bayesian: bool

    @classmethod
    def of(cls, config: ExperimentConfig) -> Comparing:
        from backend.analytics.experiments.statistics.sequential import TUNING

        plan = config.statistics
        is_bayesian = plan.engine is StatisticsEngine.BAYESIAN
        return cls(plan.alpha, plan.sequential and not is_bayesian, config.planned_units or TUNING, is_bayesian)

    def difference(
        self, control: AnySample, treatment: AnySample, level: float | None = None
    ) -> Comparison | Inconclusive:
        """The one that decides: always valid, if the test is sequential."""
        from backend.analytics.experiments.statistics.difference import difference
        from backend.analytics.experiments.statistics.sequential import sequential_difference

        if not self.is_sequential:
            return difference(control, treatment, alpha=level or self.alpha)
        return sequential_difference(control, treatment, alpha=self.alpha, tuning=self.tuning, level=level)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two arms, adjusted or not, and if not why."""

    control: AnySample
    treatment: AnySample
    unadjusted_because: str = ""
    noise_left: float | None = None


@dataclass(frozen=True, slots=True)
class MeasureCount:
    """A measure in a role, and which of the counted rows it looks at."""

    measure: UnitMeasure
    role: MeasureRole
    counted: Counted
    keep: Keep
    max_drop: float | None = None

    def sample(self, variant: str, letter: str = "y") -> Sample:
        """The sufficient statistics of a variant; `x`: of the days before the exposure."""
        sums, measure = self.counted.sums(variant, self.keep), self.measure
        y = f"{letter}{self.counted.place(measure.numerator)}"
        if measure.kind is MeasureKind.PROPORTION:
            return Proportion(sums.n, round(sums.of(y)))
        if measure.denominator is None:
            return Mean(sums.n, sums.of(y), sums.of(y, y))
        d = f"{letter}{self.counted.place(measure.denominator)}"
        return Ratio(sums.n, sums.of(y), sums.of(y, y), sums.of(d), sums.of(d, d), sums.of(y, d))

    def pair(self, variant: str) -> Pair:
        """The same with the days before, for CUPED."""
        sums, place = self.counted.sums(variant, self.keep), self.counted.place
        after, before = self.sample(variant), self.sample(variant, "x")
        y = place(self.measure.numerator)
        both = sums.of(f"y{y}", f"x{y}")
        if isinstance(after, Proportion) and isinstance(before, Proportion):
            return ProportionPair(after, before, round(both))
        if isinstance(after, Mean) and isinstance(before, Mean):
            return MeanPair(after, before, both)
        if not (isinstance(after, Ratio) and isinstance(before, Ratio) and self.measure.denominator):
            raise TypeError(self.measure.kind)
        d = place(self.measure.denominator)
        across = (sums.of(f"y{y}", f"x{d}"), sums.of(f"y{d}", f"x{y}"), sums.of(f"y{d}", f"x{d}"))
        return RatioPair(after, before, (both, *across))

    def compared(self, control: str, treatment: str) -> Compared:
        """Both arms as they are compared: with less noise by what their units did before, where that is possible."""
        plain = (self.sample(control), self.sample(treatment))
        if not self.counted.query.with_before:
            return Compared(*plain, NO_DAYS_BEFORE)
        answer = adjust(self.pair(control), self.pair(treatment))
        if isinstance(answer, Inconclusive):
            return Compared(*plain, answer.reason)
        return Compared(answer.control, answer.treatment, noise_left=answer.noise_left)

    def conversions(self, variant: str) -> int:
        return self.counted.sums(variant, self.keep).conversions(self.measure.numerator)


def measured(counts: Sequence[MeasureCount], config: ExperimentConfig, correction: Correction) -> list[MeasureResult]:
    """The results of measures that are corrected together, as one family over all their treatments."""
    comparing = Comparing.of(config)
    pairs = [(count, variant.key) for count in counts for variant in config.treatments]
    arms = [count.compared(config.control.key, variant) for count, variant in pairs]
    first = [comparing.difference(pair.control, pair.treatment) for pair in arms]
    corrected = _corrected(first, comparing.alpha, correction, counts)
    told = []
    for number, (count, variant) in enumerate(pairs):
        level = corrected.levels[number] if corrected else comparing.alpha
        difference = _told(count, variant, arms[number], config, level)
        if corrected and not isinstance(first[number], Inconclusive):
            difference = replace(difference, adjusted_p=corrected.p[number], is_significant=corrected.rejected[number])
        told.append(difference)
    each = len(config.treatments)
    parts = [(told[i : i + each], arms[i : i + each]) for i in range(0, len(told), each)]
    return [_result(count, config, *part) for count, part in zip(counts, parts, strict=True)]


def _result(
    count: MeasureCount, config: ExperimentConfig, differences: Sequence[Difference], arms: Sequence[Compared]
) -> MeasureResult:
    left = [pair.noise_left for pair in arms]
    noise = None if any(share is None for share in left) else max(share for share in left if share is not None)
    reasons = [pair.unadjusted_because for pair in arms if pair.unadjusted_because]
    return MeasureResult(
        measure=count.measure,
        role=count.role,
        arms=_arms(count, config, arms),
        differences=tuple(differences),
        adjusted_by=None if noise is None else 1 - noise,
        unadjusted_because=reasons[0] if reasons else "",
        max_drop=count.max_drop,
    )


def _corrected(
    answers: Iterable[Comparison | Inconclusive], alpha: float, correction: Correction, counts: Sequence[MeasureCount]
) -> Corrected | None:
    """Guardrails are not corrected: all must pass. Where there is no answer the family is as large all the same."""
    from backend.analytics.experiments.statistics.corrections import benjamini_hochberg, holm

    if counts and counts[0].role is MeasureRole.GUARDRAIL:
        return None
    p_values = [1.0 if isinstance(answer, Inconclusive) else answer.p for answer in answers]
    return (benjamini_hochberg if correction is Correction.BENJAMINI_HOCHBERG else holm)(p_values, alpha)


def _told(count: MeasureCount, variant: str, arms: Compared, config: ExperimentConfig, level: float) -> Difference:
    from backend.analytics.experiments.statistics.difference import difference
    from backend.analytics.experiments.statistics.lift import fieller

    comparing, control, treatment = Comparing.of(config), arms.control, arms.treatment
    answer = comparing.difference(control, treatment, level)
    fixed = difference(control, treatment, alpha=level)
    if isinstance(answer, Inconclusive):
        return Difference(variant, answer, answer, effect_of(fixed), level, comparison=answer, fieller=answer)
    lift = fieller(control, treatment, multiplier=answer.multiplier)
    told = Difference(
        variant,
        effect_of(answer),
        effect_of(lift),
        effect_of(fixed),
        level,
        comparison=answer,
        fieller=lift,
        standard_error=answer.se,
        p=answer.p,
        adjusted_p=answer.p,
        is_bound=answer.is_p_bound,
        is_significant=answer.interval.excludes(0),
        exact_p=_exact(count.sample(config.control.key), count.sample(variant)),
    )
    return _with_chances(told, count, arms, config) if comparing.is_bayesian else told


def _exact(control: Sample, treatment: Sample) -> float | None:
    """The exact test's p, where an arm has few successes."""
    from backend.analytics.experiments.statistics.difference import FEW_SUCCESSES, exact_conditional

    if not (isinstance(control, Proportion) and isinstance(treatment, Proportion)):
        return None
    if min(control.successes, treatment.successes) >= FEW_SUCCESSES:
        return None
    exact = exact_conditional(control, treatment)
    return None if isinstance(exact, Inconclusive) else exact


def _with_chances(told: Difference, count: MeasureCount, arms: Compared, config: ExperimentConfig) -> Difference:
    """Of the lift, under the prior N(0, .3^2)."""
    from backend.analytics.experiments.statistics.bayesian import Prior, lift_posterior, too_few_conversions

    few = too_few_conversions(count.conversions(config.control.key), count.conversions(told.variant))
    posterior = few or lift_posterior(
        arms.control,
        arms.treatment,
        prior=Prior(),
        alpha=config.statistics.alpha,
        lower_is_better=count.measure.less_is_better,
    )
    if isinstance(posterior, Inconclusive):
        return replace(told, chance_to_win=posterior, loss=posterior)
    return replace(told, chance_to_win=posterior.chance_to_win, loss=posterior.loss_if_treatment)


def _arms(count: MeasureCount, config: ExperimentConfig, pairs: Sequence[Compared]) -> tuple[Arm, ...]:
    """All arms of the design; the control's value is that beside the first treatment."""
    shown: list[AnySample] = [pairs[0].control, *(pair.treatment for pair in pairs)]
    arms = []
    for variant, compared in zip(config.variants, shown, strict=True):
        sample, conversions = count.sample(variant.key), count.conversions(variant.key)
        unadjusted = None if sample.lacks else sample.mean
        value = None if sample.lacks else compared.mean
        arms.append(
            Arm(variant.key, variant.name, sample.n, value, unadjusted, sample if sample.n else None, conversions)
        )
    return tuple(arms)


def effect_of(answer: Comparison | Lift | Inconclusive) -> Effect | Inconclusive:
    if isinstance(answer, Inconclusive):
        return answer
    return Effect(answer.estimate, answer.interval.lower, answer.interval.upper)
