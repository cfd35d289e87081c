"""Fixed-horizon tests: Welch's t for differences and delta-method lifts, and the exact conditional binomial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, stdtr, stdtrit

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
    from backend.analytics.experiments.statistics.samples import Proportion, Sample

FEW_SUCCESSES = 30
"""Below this many in an arm, the exact test of a proportion is shown beside Welch's."""


def difference(
    control: Sample,
    treatment: Sample,
    *,
    alpha: float = 0.05,
    null: float = 0.0,
    alternative: Alternative = Alternative.TWO_SIDED,
) -> Comparison | Inconclusive:
    """Difference D = m_b - m_a, in the unit of the measure, by Welch's t-test.

    T = (D - null)/SE; p = 2 sf(|T|), sf(T), or cdf(T); interval D +- t SE, one-sided with t at 1 - alpha.
    ValueError for an alpha outside 0..1 or a null that is not finite. Welch (1947), Satterthwaite (1946).
    """
    return tested(absolute(control, treatment), alpha=alpha, null=null, alternative=alternative)


def relative_delta(
    control: Sample,
    treatment: Sample,
    *,
    alpha: float = 0.05,
    null: float = 0.0,
    alternative: Alternative = Alternative.TWO_SIDED,
) -> Comparison | Inconclusive:
    """Lift (m_b - m_a)/|m_a|, as a share, by the delta method: what other tools print. It never decides here.

    V = V_b/m_a^2 + V_a m_b^2/m_a^4, the degrees of freedom of the difference. Errors as of `difference`.
    """
    return tested(relative(control, treatment), alpha=alpha, null=null, alternative=alternative)


def tested(
    effect: Effect | Inconclusive, *, alpha: float, null: float, alternative: Alternative
) -> Comparison | Inconclusive:
    """The t-test of any effect; a p that underflows becomes `SMALLEST_P`, marked as a bound."""
    check_level(alpha, below=1.0 if alternative is Alternative.TWO_SIDED else 0.5)
    check_finite(null=null)
    if isinstance(effect, Inconclusive):
        return effect
    sides = 2 if alternative is Alternative.TWO_SIDED else 1
    multiplier = float(-stdtrit(effect.df, alpha / sides))
    statistic = (effect.estimate - null) / effect.se
    p = _p(statistic, effect.df, alternative)
    return Comparison(
        estimate=effect.estimate,
        se=effect.se,
        df=effect.df,
        interval=around(effect.estimate, multiplier * effect.se, alternative),
        p=max(p, SMALLEST_P),
        multiplier=multiplier,
        null=null,
        is_p_bound=p < SMALLEST_P,
    )


def _p(statistic: float, df: float, alternative: Alternative) -> float:
    if alternative is Alternative.GREATER:
        return float(stdtr(df, -statistic))
    if alternative is Alternative.LESS:
        return float(stdtr(df, statistic))
    return min(2 * float(stdtr(df, -abs(statistic))), 1.0)


def exact_conditional(control: Proportion, treatment: Proportion) -> float | Inconclusive:
    """Two-sided p of s_b among s_a + s_b successes, binomial with n_b/(n_a + n_b): all outcomes no likelier.

    Inconclusive without units or without a success. Przyborowski & Wilenski (1940).
    """
    if not (control.n and treatment.n):
        return Inconclusive("no units")
    trials = control.successes + treatment.successes
    if not trials:
        return Inconclusive("no conversions")
    share = treatment.n / (control.n + treatment.n)
    outcomes = np.arange(trials + 1)
    likelihood = (
        gammaln(trials + 1)
        - gammaln(outcomes + 1)
        - gammaln(trials - outcomes + 1)
        + outcomes * np.log(share)
        + (trials - outcomes) * np.log1p(-share)
    )
    as_unlikely = likelihood <= likelihood[treatment.successes] + 1e-7
    return min(max(float(np.exp(likelihood[as_unlikely]).sum()), SMALLEST_P), 1.0)
