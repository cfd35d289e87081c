"""Always-valid answers, right at any time and as often as one looks: confidence sequences and the mSPRT."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, isfinite, log, log1p, sqrt
from typing import TYPE_CHECKING

from backend.analytics.experiments.statistics.answers import SMALLEST_P, Alternative, Comparison, Inconclusive
from backend.analytics.experiments.statistics.effects import (
    Effect,
    absolute,
    around,
    check_finite,
    check_level,
    relative,
)

if TYPE_CHECKING:
    from backend.analytics.experiments.statistics.samples import Sample

TUNING = 5_000
"""Units of both arms at which intervals are narrowest, unless the planned total is known before the start."""
FIRST_LOOK = 100
"""Units that every arm needs before its first always-valid answer."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """How wide an always-valid interval is at any n: fixed before the start by alpha, tuning, and sides.

    rho^2 = (-2 ln a + ln(1 - 2 ln a))/N* with a = alpha, of one-sided ones 2 alpha. An adjusted level enters the
    logarithm alone, never rho. ValueError for alpha outside 0..1 (one-sided .5) or a tuning below 1.
    Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, arXiv 2103.06476 v7: (161), (9), (155), (134).
    """

    alpha: float = 0.05
    tuning: float = TUNING
    alternative: Alternative = Alternative.TWO_SIDED

    def __post_init__(self) -> None:
        check_level(self.alpha, below=1.0 if self._is_two_sided else 0.5)
        if not (isfinite(self.tuning) and self.tuning >= 1):
            message = f"A confidence sequence is tuned for at least one unit, not {self.tuning}."
            raise ValueError(message)

    @property
    def _is_two_sided(self) -> bool:
        return self.alternative is Alternative.TWO_SIDED

    @property
    def rho(self) -> float:
        doubled = 2 * log(self.alpha if self._is_two_sided else 2 * self.alpha)
        return sqrt((-doubled + log(1 - doubled)) / self.tuning)

    def multiplier(self, n: float, level: float | None = None) -> float:
        """Half-width / SE with n units in both arms: sqrt(2 (N rho^2 + 1)/(N rho^2) ln(...))."""
        level = self.alpha if level is None else level
        check_level(level)
        grown = n * self.rho**2
        root = sqrt(grown + 1)
        surprise = log(root / level) if self._is_two_sided else log1p(root / (2 * level))
        return sqrt(2 * (grown + 1) / grown * surprise)

    def log_e(self, statistic: float, n: float) -> float:
        """The logarithm of the e-value of T = (D - null)/SE; p = min(1, 1/e) inverts the interval exactly."""
        grown = n * self.rho**2
        squared = grown * statistic * statistic / (2 * (grown + 1))
        if self._is_two_sided:
            return squared - log1p(grown) / 2
        ahead = statistic if self.alternative is Alternative.GREATER else -statistic
        if ahead <= 0 or squared == 0:
            return float("-inf")
        grown_less_one = squared + log1p(-exp(-squared)) if squared > 1 else log(expm1(squared))
        return grown_less_one + log(2) - log1p(grown) / 2

    def compare(self, effect: Effect | Inconclusive, *, null: float, level: float | None) -> Comparison | Inconclusive:
        """The always-valid answer about an effect, from the first look on."""
        check_finite(null=null)
        refused = effect if isinstance(effect, Inconclusive) else too_early(effect)
        if isinstance(effect, Inconclusive) or refused:
            return refused or Inconclusive("no units")
        multiplier = self.multiplier(effect.n, level)
        log_e = self.log_e((effect.estimate - null) / effect.se, effect.n)
        return _answer(effect, multiplier, log_e, null, self.alternative)


def too_early(effect: Effect) -> Inconclusive | None:
    for arm, units in (("the control", effect.n_control), ("the treatment", effect.n_treatment)):
        if units < FIRST_LOOK:
            return Inconclusive(f"fewer than {FIRST_LOOK} units in {arm}")
    return None


def _answer(effect: Effect, multiplier: float, log_e: float, null: float, alternative: Alternative) -> Comparison:
    p = exp(-log_e) if log_e > 0 else 1.0
    return Comparison(
        estimate=effect.estimate,
        se=effect.se,
        df=effect.df,
        interval=around(effect.estimate, multiplier * effect.se, alternative),
        p=max(p, SMALLEST_P),
        multiplier=multiplier,
        null=null,
        is_p_bound=p < SMALLEST_P,
        log_e=log_e,
    )


def sequential_difference(
    control: Sample,
    treatment: Sample,
    *,
    alpha: float = 0.05,
    tuning: float = TUNING,
    level: float | None = None,
    null: float = 0.0,
    alternative: Alternative = Alternative.TWO_SIDED,
) -> Comparison | Inconclusive:
    """Always-valid difference m_b - m_a, in the unit of the measure; this is what decides.

    h = s sqrt(2 (N rho^2 + 1)/(N rho)^2 ln(sqrt(N rho^2 + 1)/level)), s^2 = N V; ln e = rho^2 N (D - null)^2 /
    (2 V (N rho^2 + 1)) - ln(N rho^2 + 1)/2. `level` is what a correction leaves of alpha. Inconclusive below 100
    units in an arm. Waudby-Smith et al., arXiv 2103.06476.
    """
    return Sequence(alpha, tuning, alternative).compare(absolute(control, treatment), null=null, level=level)


def sequential_relative_delta(
    control: Sample,
    treatment: Sample,
    *,
    alpha: float = 0.05,
    tuning: float = TUNING,
    level: float | None = None,
    null: float = 0.0,
    alternative: Alternative = Alternative.TWO_SIDED,
) -> Comparison | Inconclusive:
    """Always-valid lift by the delta method, as a share: for comparison with other tools, it breaks its promise."""
    return Sequence(alpha, tuning, alternative).compare(relative(control, treatment), null=null, level=level)


def msprt(
    control: Sample, treatment: Sample, *, tau: float, alpha: float = 0.05, null: float = 0.0
) -> Comparison | Inconclusive:
    """The mixture sequential probability ratio test with a mixture N(0, tau^2) on the difference.

    ln L = ln(V/(V + tau^2))/2 + tau^2 D^2/(2 V (V + tau^2)); h = sqrt(V (V + tau^2)/tau^2 (2 ln(1/alpha) +
    ln((V + tau^2)/V))). `tau` (the planned MDE in the unit of the measure) is fixed at the start and must not shrink
    with n. ValueError unless tau > 0. Johari, Koomen, Pekelis & Walsh (2017).
    """
    check_level(alpha)
    check_finite(null=null, tau=tau)
    if tau <= 0:
        message = f"The mixture of an mSPRT has a width above 0, not {tau}."
        raise ValueError(message)
    effect = absolute(control, treatment)
    if isinstance(effect, Inconclusive):
        return effect
    early = too_early(effect)
    if early:
        return early
    grown = tau * tau / effect.variance
    statistic = (effect.estimate - null) / effect.se
    log_ratio = grown * statistic * statistic / (2 * (grown + 1)) - log1p(grown) / 2
    multiplier = sqrt((1 + grown) / grown * (-2 * log(alpha) + log1p(grown)))
    return _answer(effect, multiplier, log_ratio, null, Alternative.TWO_SIDED)
