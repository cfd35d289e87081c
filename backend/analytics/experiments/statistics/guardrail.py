"""Guardrails: one-sided always-valid bounds of a lift that may not get worse by more than `max_drop`."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from backend.analytics.experiments.statistics.answers import Alternative, Inconclusive, Lift
from backend.analytics.experiments.statistics.effects import Effect, absolute
from backend.analytics.experiments.statistics.lift import fieller
from backend.analytics.experiments.statistics.sequential import TUNING, Sequence, too_early
from backend.analytics.experiments.statistics.verdict_input import GuardrailState

if TYPE_CHECKING:
    from backend.analytics.experiments.statistics.samples import Sample

MOST_GROWTH = 1_000.0
"""More units than this many times today's are not asked for."""


@dataclass(frozen=True, slots=True)
class GuardrailAnswer:
    """Each bound alone holds at alpha; `lift` says why there are none. `units_needed` more units may decide it."""

    state: GuardrailState
    lift: Lift | Inconclusive
    multiplier: float | None = None
    units_needed: int | None = None


def guardrail(
    control: Sample,
    treatment: Sample,
    *,
    max_drop: float,
    alpha: float = 0.05,
    tuning: float = TUNING,
    lower_is_better: bool = False,
) -> GuardrailAnswer:
    """`safe` if the lower bound of the lift is above -max_drop, else `breached` if the upper is below 0.

    Fieller's bounds with the one-sided multiplier of the confidence sequence, (134) of arXiv 2103.06476; where lower
    is better, mirrored. `undecided` also where there is no lift. `max_drop` is a share above 0, else ValueError.
    """
    if not 0 < max_drop < float("inf"):
        message = f"A guardrail allows a drop above 0, not {max_drop}."
        raise ValueError(message)
    sequence = Sequence(alpha, tuning, Alternative.GREATER)
    effect = absolute(control, treatment)
    refused = effect if isinstance(effect, Inconclusive) else too_early(effect)
    if isinstance(effect, Inconclusive) or refused:
        return GuardrailAnswer(GuardrailState.UNDECIDED, refused or Inconclusive("no units"))
    multiplier = sequence.multiplier(effect.n)
    lift = fieller(control, treatment, multiplier=multiplier)
    if isinstance(lift, Inconclusive):
        return GuardrailAnswer(GuardrailState.UNDECIDED, lift, multiplier)
    worst, best = lift.interval.lower, lift.interval.upper
    if lower_is_better:
        worst, best = -best, -worst
    if worst > -max_drop:
        return GuardrailAnswer(GuardrailState.SAFE, lift, multiplier, 0)
    if best < 0:
        return GuardrailAnswer(GuardrailState.BREACHED, lift, multiplier, 0)
    signed = -max_drop if not lower_is_better else max_drop
    needed = _units_needed(control, effect, signed, sequence)
    return GuardrailAnswer(GuardrailState.UNDECIDED, lift, multiplier, needed)


def _units_needed(control: Sample, effect: Effect, bound: float, sequence: Sequence) -> int | None:
    """How many more units make it safe if everything stays as it is; None if that would not.

    Safe exactly when |D - bound A| > c SE of D - bound A (in the good direction), SE shrinking as 1/sqrt(growth).
    """
    size = abs(control.baseline)
    distance = effect.estimate - bound * size
    if distance * bound >= 0:
        return None
    sign = 1 if control.baseline > 0 else -1
    variance = (
        effect.variance
        + 2 * bound * sign * control.shared_variance / control.n
        + bound * bound * control.baseline_variance / control.n
    )
    low, high = 1.0, MOST_GROWTH

    def is_safe(growth: float) -> bool:
        return distance * distance * growth > sequence.multiplier(effect.n * growth) ** 2 * variance

    if not is_safe(high):
        return None
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if is_safe(middle) else (middle, high)
    return max(ceil((high - 1) * effect.n), 1)
