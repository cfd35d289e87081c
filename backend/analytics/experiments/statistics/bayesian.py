"""Bayesian answers: shown beside the verdict, and never a rule for stopping early."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, log, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, betaincc, betaln, erfcx, gammaln, ndtr, ndtri

from backend.analytics.experiments.statistics.answers import Inconclusive, Interval
from backend.analytics.experiments.statistics.effects import Effect, absolute, check_level, relative
from backend.analytics.experiments.statistics.quadrature import Array, around, panels

if TYPE_CHECKING:
    from backend.analytics.experiments.statistics.samples import Proportion, Sample

MINIMUM_CONVERSIONS = 25


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of the lift before the data: N(mean, sd^2), as shares. ValueError unless sd > 0."""

    mean: float = 0.0
    sd: float = 0.3

    def __post_init__(self) -> None:
        if not (isfinite(self.mean) and isfinite(self.sd) and self.sd > 0):
            message = f"A prior has a finite mean and a standard deviation above 0, not {self.mean} and {self.sd}."
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """What is believed of a rate before the data: Beta(alpha, beta), 1, 1 being flat."""

    alpha: float = 1.0
    beta: float = 1.0

    def __post_init__(self) -> None:
        if not (isfinite(self.alpha) and isfinite(self.beta) and self.alpha >= 0.5 and self.beta >= 0.5):
            message = f"A beta prior has parameters of at least .5, not {self.alpha} and {self.beta}."
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Posterior:
    """Of an effect, in its unit: N(mean, sd^2), credible interval, chance to win, and expected losses.

    `loss_if_control` is what is lost on average by keeping control, `loss_if_treatment` by shipping the treatment.
    """

    mean: float
    sd: float
    interval: Interval
    chance_to_win: float
    loss_if_control: float
    loss_if_treatment: float


@dataclass(frozen=True, slots=True)
class BetaPosterior:
    """Chance that the treatment's rate is better, and expected losses in rates."""

    chance_to_win: float
    loss_if_control: float
    loss_if_treatment: float


def too_few_conversions(control: int, treatment: int) -> Inconclusive | None:
    """Why nothing Bayesian is shown: fewer than 25 conversions (non-zero values) in an arm."""
    if min(control, treatment) < MINIMUM_CONVERSIONS:
        return Inconclusive(f"fewer than {MINIMUM_CONVERSIONS} conversions in an arm")
    return None


def lift_posterior(
    control: Sample,
    treatment: Sample,
    *,
    prior: Prior | None = None,
    alpha: float = 0.05,
    lower_is_better: bool = False,
) -> Posterior | Inconclusive:
    """Posterior of the lift, as a share: data N(lift, SE^2) by the delta method; prior None is flat.

    Mean weighted by precision, variance 1/(1/SE^2 + 1/sd^2), interval mean +- z sd.
    """
    return _posterior(relative(control, treatment), prior, alpha, lower_is_better=lower_is_better)


def difference_posterior(
    control: Sample,
    treatment: Sample,
    *,
    prior: Prior | None = None,
    alpha: float = 0.05,
    lower_is_better: bool = False,
) -> Posterior | Inconclusive:
    """Posterior of the difference, in the unit of the measure; the prior of the lift is scaled by |m_a|."""
    effect = absolute(control, treatment)
    if prior and not isinstance(effect, Inconclusive):
        size = abs(control.baseline)
        if not size:
            return Inconclusive("the control's value is zero, so that a prior of the lift says nothing")
        prior = Prior(prior.mean * size, prior.sd * size)
    return _posterior(effect, prior, alpha, lower_is_better=lower_is_better)


def _posterior(
    effect: Effect | Inconclusive, prior: Prior | None, alpha: float, *, lower_is_better: bool
) -> Posterior | Inconclusive:
    check_level(alpha)
    if isinstance(effect, Inconclusive):
        return effect
    mean, variance = effect.estimate, effect.variance
    if prior:
        weight = prior.sd**2 / (prior.sd**2 + variance)
        mean, variance = weight * mean + (1 - weight) * prior.mean, weight * variance
    return gaussian_posterior(mean, sqrt(variance), alpha=alpha, lower_is_better=lower_is_better)


def gaussian_posterior(mean: float, sd: float, *, alpha: float = 0.05, lower_is_better: bool = False) -> Posterior:
    """Everything that is shown of an effect of N(mean, sd^2), sd > 0.

    Chance to win F(mean/sd), of lower-is-better F(-mean/sd); the losses are E max(effect, 0) and E max(-effect, 0).
    """
    if not (isfinite(mean) and isfinite(sd) and sd > 0):
        message = f"No posterior has a mean of {mean} and a standard deviation of {sd}."
        raise ValueError(message)
    half = float(ndtri(1 - alpha / 2)) * sd
    gain, harm = exp(log_expected_excess(mean, sd)), exp(log_expected_excess(-mean, sd))
    if lower_is_better:
        gain, harm = harm, gain
    chance = float(ndtr(-mean / sd if lower_is_better else mean / sd))
    return Posterior(mean, sd, Interval(mean - half, mean + half), chance, gain, harm)


def log_expected_excess(mean: float, sd: float) -> float:
    """ln E max(X, 0) of X ~ N(mean, sd^2): exact in both tails, where the plain formula cancels to 0.

    For z = -mean/sd > 0: ln(sd f(z) (1 - z sqrt(pi/2) erfcx(z/sqrt 2))), the bracket by its series beyond 100.
    """
    z = -mean / sd
    if z <= 0:
        return log(mean * float(ndtr(-z)) + sd * exp(-z * z / 2) / sqrt(2 * pi))
    inverse = 1 / (z * z)
    bracket = (
        inverse * (1 - inverse * (3 - 15 * inverse * (1 - 7 * inverse)))
        if z > 100
        else 1 - z * sqrt(pi / 2) * float(erfcx(z / sqrt(2)))
    )
    return log(sd) - z * z / 2 - log(2 * pi) / 2 + log(bracket)


def beta_binomial(
    control: Proportion, treatment: Proportion, *, prior: BetaPrior | None = None, lower_is_better: bool = False
) -> BetaPosterior | Inconclusive:
    """Chance that the treatment's rate is better, and losses in rates, under Beta priors (1, 1 if None).

    P(B > A) = sum over i < a_b of B(a_a + i, b_a + b_b)/((b_b + i) B(1 + i, b_b) B(a_a, b_a)) for a whole a_b (Miller
    2014), else by quadrature. Losses are the integral of F_A (1 - F_B), which does not cancel; Inconclusive without
    units.
    """
    if not (control.n and treatment.n):
        return Inconclusive("no units")
    prior = prior or BetaPrior()
    a = (prior.alpha + control.successes, prior.beta + control.n - control.successes)
    b = (prior.alpha + treatment.successes, prior.beta + treatment.n - treatment.successes)
    chance = _chance(a, b)
    gain, harm = _expected_excess(a, b), _expected_excess(b, a)
    if lower_is_better:
        return BetaPosterior(1 - chance, harm, gain)
    return BetaPosterior(chance, gain, harm)


def _chance(a: tuple[float, float], b: tuple[float, float]) -> float:
    if float(b[0]).is_integer() and b[0] < 100_000:
        i = np.arange(int(b[0]))
        logs = betaln(a[0] + i, a[1] + b[1]) - np.log(b[1] + i) - betaln(1 + i, b[1]) - betaln(*a)
        return min(float(np.exp(logs).sum()), 1.0)
    angles, weights = _angles(a, b)
    shares = np.sin(angles) ** 2
    return min(float((weights * beta_density(angles, *b) * betainc(*a, shares)).sum()), 1.0)


def _expected_excess(a: tuple[float, float], b: tuple[float, float]) -> float:
    """E max(B - A, 0) = integral of P(A <= x) P(B > x)."""
    angles, weights = _angles(a, b)
    shares = np.sin(angles) ** 2
    return float((weights * np.sin(2 * angles) * betainc(*a, shares) * betaincc(*b, shares)).sum())


def _angles(*arms: tuple[float, float]) -> tuple[Array, Array]:
    """Nodes over the angle t of rates sin^2 t: their standard deviation is about 1/(2 sqrt(alpha + beta))."""
    centers = np.array([np.arcsin(np.sqrt(alpha / (alpha + beta))) for alpha, beta in arms])
    widths = np.array([0.5 / sqrt(alpha + beta) for alpha, beta in arms])
    return panels(np.unique(around(centers, widths, 0.0, pi / 2)))


def beta_density(angles: Array, alpha: float, beta: float) -> Array:
    """Density of the angle t when sin^2 t is Beta(alpha, beta): finite for parameters from .5 on."""
    constant = gammaln(alpha + beta) - gammaln(alpha) - gammaln(beta) + log(2)
    logs = (2 * alpha - 1) * np.log(np.sin(angles)) + (2 * beta - 1) * np.log(np.cos(angles))
    density: Array = np.exp(constant + logs)
    return density
