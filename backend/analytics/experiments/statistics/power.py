"""Planning: how many units, how small an effect, how many days; and what is left in the middle of an experiment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, isfinite, sqrt

from scipy.special import nctdtr, ndtr, ndtri, stdtrit

from backend.analytics.experiments.statistics.answers import Alternative, Inconclusive
from backend.analytics.experiments.statistics.effects import check_level
from backend.analytics.experiments.statistics.sequential import TUNING, Sequence

MOST_UNITS = 1e12
STEPS = 200


class ImpossibleQuestionError(ValueError):
    """A question about power that has no answer; its text is a sentence for whoever asked."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a test is planned for. `ratio` is units of a treatment per unit of control, `comparisons` arms or Holm's m.

    `alpha` is two-sided unless `alternative` says otherwise. ImpossibleQuestionError for levels outside 0..1, a power
    not above alpha, or a ratio or number of comparisons not above 0.
    """

    alpha: float = 0.05
    power: float = 0.8
    ratio: float = 1.0
    comparisons: int = 1
    alternative: Alternative = Alternative.TWO_SIDED

    def __post_init__(self) -> None:
        check_level(self.alpha, below=1.0 if self.alternative is Alternative.TWO_SIDED else 0.5)
        if not self.alpha < self.power < 1:
            _refuse(f"Power is between the error level and 1, not {self.power:g}.")
        if not (isfinite(self.ratio) and self.ratio > 0) or self.comparisons < 1:
            _refuse("Arms need units, and there is at least one comparison.")

    @property
    def level(self) -> float:
        """Alpha of one comparison."""
        return self.alpha / self.comparisons

    @property
    def reach(self) -> float:
        """z of the level plus z of the power: by how many SE the effect must stand out."""
        sides = 2 if self.alternative is Alternative.TWO_SIDED else 1
        return float(ndtri(1 - self.level / sides)) + self.z_power

    @property
    def z_power(self) -> float:
        return float(ndtri(self.power))


@dataclass(frozen=True, slots=True)
class Units:
    """Units of the control and of one treatment, not yet rounded up."""

    control: float
    treatment: float

    def of_all(self, treatments: int = 1) -> int:
        return ceil(self.control) + treatments * ceil(self.treatment)


def units_for_effect(
    variance_control: float, variance_treatment: float, effect: float, plan: Plan | None = None
) -> Units:
    """(z_{1-alpha/2} + z_power)^2 (v_a + v_b/k)/effect^2 units of control, k times that of a treatment.

    Variances of one unit in the measure's unit squared, the effect in its unit. ImpossibleQuestionError for an effect
    of 0, of the wrong sign for a one-sided test, or variances that are negative or both 0.
    """
    plan = plan or Plan()
    _check_effect(effect, plan)
    spread = _spread(variance_control, variance_treatment, plan)
    control = (plan.reach / effect) ** 2 * spread
    return Units(control, control * plan.ratio)


def units_for_rate(rate: float, lift: float, plan: Plan | None = None) -> Units:
    """Units to find a lift (a share) of a rate, the treatment's variance at the lifted rate."""
    lifted = _lifted(rate, lift)
    return units_for_effect(rate * (1 - rate), lifted * (1 - lifted), rate * lift, plan)


def units_for_mean(mean: float, variance: float, lift: float, plan: Plan | None = None) -> Units:
    """Units to find a lift (a share of |mean|), the variance being that of the last 28 days in both arms."""
    if not mean:
        _refuse("A mean of 0 has no lift.")
    return units_for_effect(variance, variance, lift * abs(mean), plan)


def units_by_t(standardized: float, plan: Plan | None = None) -> float:
    """Units of each of two equal arms by the exact power of the t-test, for an effect in standard deviations."""
    plan = plan or Plan()
    _check_effect(standardized, plan)
    sides = 2 if plan.alternative is Alternative.TWO_SIDED else 1

    def is_enough(n: float) -> bool:
        df, shift = 2 * n - 2, abs(standardized) * sqrt(n / 2)
        critical = float(-stdtrit(df, plan.level / sides))
        beyond = 1 - float(nctdtr(df, shift, critical))
        return beyond + (float(nctdtr(df, shift, -critical)) if sides == 2 else 0.0) >= plan.power

    return _smallest(is_enough, 2.0)


def detectable_effect(variance: float, n_control: float, plan: Plan | None = None) -> float:
    """The MDE in the unit of the measure: (z + z) sqrt(v/n + v/(k n)), with n units of control."""
    plan = plan or Plan()
    if not n_control > 0:
        _refuse("Without units no effect can be found.")
    return plan.reach * sqrt(_spread(variance, variance, plan) / n_control)


def detectable_lift(rate: float, n_control: float, plan: Plan | None = None) -> float | Inconclusive:
    """The MDE of a rate as a lift (a share), by bisection; Inconclusive if even a rate of 1 needs more units."""
    plan = plan or Plan()
    if not n_control > 0:
        _refuse("Without units no effect can be found.")
    _lifted(rate, 1e-12)
    upward = plan.alternative is not Alternative.LESS
    most = (1 / rate - 1) * (1 - 1e-12) if upward else 1.0

    def is_enough(size: float) -> bool:
        return units_for_rate(rate, size if upward else -size, plan).control <= n_control

    if not is_enough(most):
        return Inconclusive("too few units for any lift")
    low, high = 0.0, most
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if middle and is_enough(middle) else (middle, high)
    return high if upward else -high


def days_needed(units: int, units_a_day: float) -> int | Inconclusive:
    """Days until all arms have their units, up to whole weeks; never 0 or endless without a reason."""
    if units < 1:
        _refuse("A run time is that of at least one unit.")
    if not (isfinite(units_a_day) and units_a_day > 0):
        return Inconclusive("no new units in the last 7 days")
    return ceil(ceil(units / units_a_day) / 7) * 7


def sequential_units(
    variance_control: float,
    variance_treatment: float,
    effect: float,
    plan: Plan | None = None,
    *,
    tuning: float | None = TUNING,
) -> Units:
    """The smallest n with h(N) + z_power SE <= effect: then a last look alone has the power.

    `tuning` None: twice the fixed units of control (N* = the planned total). An upper bound: looking all along needs
    less (`likely_sequential_units`).
    """
    plan = plan or Plan()
    fixed = units_for_effect(variance_control, variance_treatment, effect, plan)
    return _sequential(plan, fixed, tuning, plan.z_power)


def likely_sequential_units(
    variance_control: float,
    variance_treatment: float,
    effect: float,
    plan: Plan | None = None,
    *,
    tuning: float | None = TUNING,
) -> Units:
    """Where half of all single looks find the effect, h(N) = effect: about where a test that looks daily stops."""
    plan = plan or Plan()
    fixed = units_for_effect(variance_control, variance_treatment, effect, plan)
    return _sequential(plan, fixed, tuning, 0.0)


def _sequential(plan: Plan, fixed: Units, tuning: float | None, margin: float) -> Units:
    sequence = Sequence(plan.alpha, tuning or max(fixed.control + fixed.treatment, 1.0), plan.alternative)

    def is_enough(n: float) -> bool:
        multiplier = sequence.multiplier(n * (1 + plan.ratio), plan.level)
        return (multiplier + margin) * sqrt(fixed.control / n) <= plan.reach

    control = _smallest(is_enough, 1e-3)
    return Units(control, control * plan.ratio)


def more_units(
    se: float, n: int, effect: float, plan: Plan | None = None, *, tuning: float | None = None
) -> float | Inconclusive:
    """How many more units of all arms give the power, SE shrinking as 1/sqrt(1 + k): k N, 0 if it is there.

    `se` is that of the result at hand with n units, in the unit of `effect`. With `tuning`, of an always-valid test.
    """
    plan = plan or Plan()
    _check_effect(effect, plan)
    if n < 1 or not (isfinite(se) and se > 0):
        return Inconclusive("no variance")
    sequence = None if tuning is None else Sequence(plan.alpha, tuning, plan.alternative)

    def is_enough(scale: float) -> bool:
        critical = sequence.multiplier(scale * n, plan.level) if sequence else plan.reach - plan.z_power
        stands_out = abs(effect) * sqrt(scale) / se
        other_side = float(ndtr(-stands_out - critical)) if plan.alternative is Alternative.TWO_SIDED else 0.0
        return float(ndtr(stands_out - critical)) + other_side >= plan.power

    return 0.0 if is_enough(1.0) else (_smallest(is_enough, 1.0) - 1) * n


def _smallest(is_enough: Callable[[float], bool], start: float) -> float:
    """The smallest number for which a monotone question is answered yes."""
    low = high = start
    while not is_enough(high):
        low, high = high, high * 2
        if high > MOST_UNITS:
            _refuse("No number of units on Earth is enough for so small an effect.")
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _spread(control: float, treatment: float, plan: Plan) -> float:
    if not (isfinite(control) and isfinite(treatment)) or min(control, treatment) < 0 or not max(control, treatment):
        _refuse("Values need a variance above 0.")
    return control + treatment / plan.ratio


def _check_effect(effect: float, plan: Plan) -> None:
    if not isfinite(effect) or not effect:
        _refuse("The smallest effect worth having is above 0.")
    if (effect < 0 and plan.alternative is Alternative.GREATER) or (
        effect > 0 and plan.alternative is Alternative.LESS
    ):
        _refuse("A one-sided test never finds an effect of the other sign.")


def _lifted(rate: float, lift: float) -> float:
    if not 0 < rate < 1:
        _refuse(f"A rate that can be lifted is between 0 and 1, not {rate:g}.")
    lifted = rate * (1 + lift)
    if not 0 <= lifted <= 1:
        _refuse(f"A lift of {lift:.0%} takes a rate of {rate:.1%} to {lifted:.1%}, which no rate can be.")
    return lifted


def _refuse(sentence: str) -> None:
    raise ImpossibleQuestionError(sentence)
