"""Bandits: weights that follow what was seen, by quadrature instead of draws, and estimates that survive them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, pi, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, ndtr

from backend.analytics.experiments.statistics.answers import Inconclusive
from backend.analytics.experiments.statistics.bayesian import MINIMUM_CONVERSIONS, BetaPrior, beta_density
from backend.analytics.experiments.statistics.quadrature import REACH, Array, around, panels
from backend.analytics.experiments.statistics.samples import Proportion, Sample

FLOOR = 0.01
FIRST_UNITS = 100
EQUAL_DAYS = 7
WINNER, WINNER_DAYS, WINNER_WEEKS = 0.95, 14, 2


@dataclass(frozen=True, slots=True)
class Ranking:
    """Chance of each arm to be the best, and to be the second best; both add up to 1."""

    best: tuple[float, ...]
    second: tuple[float, ...]

    @property
    def top_two(self) -> tuple[float, ...]:
        return tuple((first + second) / 2 for first, second in zip(self.best, self.second, strict=True))


def rank_gaussian(means: npt.ArrayLike, sds: npt.ArrayLike, *, lower_is_better: bool = False) -> tuple[Array, Array]:
    """P(best) and P(second) of independent N(mean, sd^2); arms are the last axis (..., arms), sds above 0."""
    centers, widths = np.asarray(means, dtype=float), np.asarray(sds, dtype=float)
    if centers.shape != widths.shape or centers.shape[-1:] in {(), (0,), (1,)}:
        message = "A bandit ranks at least two arms, each with a mean and a standard deviation."
        raise ValueError(message)
    if not (np.isfinite(centers).all() and np.isfinite(widths).all() and (widths > 0).all()):
        message = "Posterior means are finite, and their standard deviations are finite and above 0."
        raise ValueError(message)
    centers = -centers if lower_is_better else centers
    ranked = [_of_arm(i, centers, widths) for i in range(centers.shape[-1])]
    best, second = (np.stack([one[k] for one in ranked], axis=-1) for k in (0, 1))
    return best / best.sum(-1, keepdims=True), second / second.sum(-1, keepdims=True)


def _of_arm(arm: int, centers: Array, widths: Array) -> tuple[Array, Array]:
    """Chance of one arm to be best and second, over its own standard score z."""
    place, width = centers[..., arm, None], widths[..., arm, None]
    breaks = around((centers - place) / width, widths / width, -REACH[-1], REACH[-1])
    z, weights = panels(breaks)
    mass = weights * np.exp(-z * z / 2) / sqrt(2 * pi)
    others = [j for j in range(centers.shape[-1]) if j != arm]
    scores = np.stack([(place + width * z - centers[..., j, None]) / widths[..., j, None] for j in others])
    return _chances(mass, ndtr(scores), ndtr(-scores))


def _chances(mass: Array, below: Array, above: Array) -> tuple[Array, Array]:
    """Mass where all others are below, and where exactly one is above (first axis: the others)."""
    none_above, one_above = np.ones_like(mass), np.zeros_like(mass)
    for under, over in zip(below, above, strict=True):
        none_above, one_above = none_above * under, one_above * under + none_above * over
    return (mass * none_above).sum(-1), (mass * one_above).sum(-1)


def ranking(arms: Sequence[Sample], *, lower_is_better: bool = False) -> Ranking | Inconclusive:
    """The ranking of arms with flat priors: mean m, variance v/n. Inconclusive without units or variance."""
    for arm in arms:
        if arm.lacks:
            return Inconclusive(arm.lacks)
        if arm.n < 2 or not arm.variance:
            return Inconclusive("no variance")
    best, second = rank_gaussian(
        [arm.mean for arm in arms], [sqrt(arm.variance / arm.n) for arm in arms], lower_is_better=lower_is_better
    )
    return Ranking(tuple(map(float, best)), tuple(map(float, second)))


def rank_rates(
    arms: Sequence[Proportion], *, prior: BetaPrior | None = None, lower_is_better: bool = False
) -> Ranking | Inconclusive:
    """The ranking of proportions with Beta posteriors (prior 1, 1 if None). Inconclusive without units in an arm."""
    if len(arms) < 2:
        message = "A bandit ranks at least two arms."
        raise ValueError(message)
    if not all(arm.n for arm in arms):
        return Inconclusive("no units")
    prior = prior or BetaPrior()
    parameters = [(prior.alpha + arm.successes, prior.beta + arm.n - arm.successes) for arm in arms]
    if lower_is_better:
        parameters = [(beta, alpha) for alpha, beta in parameters]
    centers = np.array([np.arcsin(np.sqrt(alpha / (alpha + beta))) for alpha, beta in parameters])
    widths = np.array([0.5 / sqrt(alpha + beta) for alpha, beta in parameters])
    angles, weights = panels(np.unique(around(centers, widths, 0.0, pi / 2)))
    below = np.stack([betainc(*pair, np.sin(angles) ** 2) for pair in parameters])
    above = np.stack([betainc(pair[1], pair[0], np.cos(angles) ** 2) for pair in parameters])
    ranked = [
        _chances(weights * beta_density(angles, *pair), np.delete(below, i, axis=0), np.delete(above, i, axis=0))
        for i, pair in enumerate(parameters)
    ]
    return Ranking(tuple(float(one[0]) for one in ranked), tuple(float(one[1]) for one in ranked))


def weights_of(shares: npt.ArrayLike, floor: float = FLOOR) -> Array:
    """Weights f + (1 - K f) w of K arms (..., arms): nobody falls below the floor; equal if K f >= 1."""
    wanted = np.asarray(shares, dtype=float)
    if not 0 <= floor < 1 or not np.isfinite(wanted).all() or (wanted < 0).any():
        message = "Weights need shares from 0 on, and a floor from 0 to below 1."
        raise ValueError(message)
    k = wanted.shape[-1]
    if k * floor >= 1:
        return np.full_like(wanted, 1 / k)
    weights: Array = floor + (1 - k * floor) * wanted
    return weights


def held_back(units: Sequence[int], conversions: Sequence[int], days: int, days_since_change: int) -> str | None:
    """Why weights stay as they are: first week, a change today, or an arm with < 100 units or < 25 conversions."""
    if days < EQUAL_DAYS:
        return "the first 7 days have equal weights"
    if days_since_change < 1:
        return "weights change at most once a day"
    if min(units) < FIRST_UNITS:
        return f"fewer than {FIRST_UNITS} units in an arm"
    if min(conversions) < MINIMUM_CONVERSIONS:
        return f"fewer than {MINIMUM_CONVERSIONS} conversions in an arm"
    return None


@dataclass(frozen=True, slots=True)
class Stratified:
    """The mean of one arm over periods of different weights, and the variance of that mean (V, not v)."""

    mean: float
    variance: float
    n: int


def stratified(periods: Sequence[Sequence[Sample]]) -> tuple[Stratified, ...] | Inconclusive:
    """Means of each arm, weighted by all units of a period: immune to trends and to changes of weights.

    sum (N_t/N) m_it, variance sum (N_t/N)^2 v_it/n_it; periods x arms. Inconclusive if an arm has no units or an
    unknown variance in a period with units; ValueError for periods of different arms.
    """
    if len({len(arms) for arms in periods}) > 1:
        message = "Periods have the same arms."
        raise ValueError(message)
    seen = [arms for arms in periods if any(arm.n for arm in arms)]
    if not seen:
        return Inconclusive("no units")
    if any(arm.lacks or arm.n < 2 for arms in seen for arm in arms):
        return Inconclusive("an arm without units in a period")
    sizes = [sum(arm.n for arm in arms) for arms in seen]
    shares = [size / sum(sizes) for size in sizes]
    return tuple(
        Stratified(
            mean=sum(share * arm.mean for share, arm in zip(shares, column, strict=True)),
            variance=sum(share**2 * arm.variance / arm.n for share, arm in zip(shares, column, strict=True)),
            n=sum(arm.n for arm in column),
        )
        for column in zip(*seen, strict=True)
    )


def winner(
    arms: Sequence[Stratified], *, days: int, whole_weeks: int, lower_is_better: bool = False
) -> int | Inconclusive:
    """Which arm has P(best) >= .95 (stratified), after 14 days and 2 whole weeks. There are no p-values."""
    if days < WINNER_DAYS or whole_weeks < WINNER_WEEKS:
        return Inconclusive("a bandit runs for 14 days and 2 whole weeks")
    if any(arm.variance <= 0 for arm in arms):
        return Inconclusive("no variance")
    best, _ = rank_gaussian(
        [arm.mean for arm in arms], [sqrt(arm.variance) for arm in arms], lower_is_better=lower_is_better
    )
    leader = int(best.argmax())
    return leader if best[leader] >= WINNER else Inconclusive("no arm is the best with a chance of 95 %")


@dataclass(frozen=True, slots=True)
class Weighed:
    """One unit of the log: its arm, the propensity it was assigned with, and its value."""

    arm: str
    propensity: float
    value: float

    def __post_init__(self) -> None:
        if not 0 < self.propensity <= 1 or not isfinite(self.value):
            message = f"A unit with propensity {self.propensity} and value {self.value} was never assigned."
            raise ValueError(message)


def inverse_propensity(log: Sequence[Weighed], arm: str) -> float | Inconclusive:
    """1/N sum 1{A = i} y/propensity over all units of the log (Horvitz & Thompson 1952)."""
    if not any(unit.arm == arm for unit in log):
        return Inconclusive("no units")
    return sum(unit.value / unit.propensity for unit in log if unit.arm == arm) / len(log)


def hajek(log: Sequence[Weighed], arm: str) -> float | Inconclusive:
    """The same, divided by the sum of 1/propensity of the arm's own units (Hajek 1971)."""
    own = [unit for unit in log if unit.arm == arm]
    if not own:
        return Inconclusive("no units")
    return sum(unit.value / unit.propensity for unit in own) / sum(1 / unit.propensity for unit in own)
