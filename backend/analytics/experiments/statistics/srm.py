"""Sample ratio mismatch and its relatives: whether the arms got the units that their weights promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, gammaln

from backend.analytics.experiments.statistics.answers import SMALLEST_P, Inconclusive

CONCENTRATION = 10_000
ALARM = 0.01


@dataclass(frozen=True, slots=True)
class SplitPeriod:
    """Units of each arm first exposed while the weights stood; weights may have any sum above 0."""

    units: tuple[int, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.units) != len(self.weights):
            message = f"{len(self.units)} arms with units, but {len(self.weights)} weights."
            raise ValueError(message)
        if any(count < 0 for count in self.units):
            message = "An arm has no fewer than 0 units."
            raise ValueError(message)
        if not all(isfinite(weight) and weight >= 0 for weight in self.weights) or not sum(self.weights) > 0:
            message = "Weights are finite, none is negative, and one is above 0."
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class SplitCheck:
    """`smallest_p` over all looks decides; chi-square is shown only, since repeated looks inflate it.

    `log_factors` are those of the periods. `misplaced` units are in arms of weight 0, outside of both tests.
    """

    log_factors: tuple[float, ...]
    p: float
    smallest_p: float
    chi_square: float
    df: int
    chi_square_p: float
    misplaced: int

    @property
    def is_unhealthy(self) -> bool:
        return self.smallest_p < ALARM


def log_bayes_factor(units: npt.ArrayLike, weights: npt.ArrayLike, concentration: float = CONCENTRATION) -> Any:
    """ln BF of Dirichlet-multinomial against multinomial; arms are the last axis of `units` (..., arms).

    sum lnG(a + n) - lnG(sum(a + n)) - sum lnG(a) + lnG(sum a) - sum n ln w, a = concentration w.
    Lindon & Malek (2020), arXiv 2011.03567.
    """
    counts, shares = np.asarray(units, dtype=float), np.asarray(weights, dtype=float)
    shares = shares / shares.sum()
    prior = concentration * shares
    seen = gammaln(prior + counts).sum(-1) - gammaln((prior + counts).sum(-1))
    expected = gammaln(prior).sum() - gammaln(prior.sum())
    return seen - expected - (counts * np.log(shares)).sum(-1)


def check_split(periods: Sequence[SplitPeriod], smallest_p_before: float = 1.0) -> SplitCheck | Inconclusive:
    """The test of the split over all weight periods, whose log factors add up (each is a martingale from 1).

    Inconclusive without units, or without two arms that have a weight in a period; ValueError for periods of
    different arms or a `smallest_p_before` outside 0..1.
    """
    if not 0 <= smallest_p_before <= 1 or len({len(period.units) for period in periods}) > 1:
        message = "A split is checked over periods of the same arms, with a p from 0 to 1 of earlier looks."
        raise ValueError(message)
    tested = [(p, [i for i, w in enumerate(p.weights) if w > 0]) for p in periods]
    if not any(sum(period.units) for period in periods):
        return Inconclusive("no units")
    if not any(len(arms) > 1 and any(p.units[i] for i in arms) for p, arms in tested):
        return Inconclusive("fewer than two arms with a weight")
    factors = tuple(
        float(log_bayes_factor([p.units[i] for i in arms], [p.weights[i] for i in arms])) for p, arms in tested
    )
    total = sum(factors)
    p = max(float(np.exp(-max(total, 0.0))), SMALLEST_P)
    statistic, df = _chi_square(tested)
    misplaced = sum(sum(p.units) - sum(p.units[i] for i in arms) for p, arms in tested)
    chi_square_p = max(float(chdtrc(df, statistic)), SMALLEST_P)
    return SplitCheck(factors, p, min(p, smallest_p_before), statistic, df, chi_square_p, misplaced)


def _chi_square(tested: list[tuple[SplitPeriod, list[int]]]) -> tuple[float, int]:
    """Pearson's statistic of all periods together; df = (arms with a weight) - 1."""
    expected = np.zeros(len(tested[0][0].units))
    observed = np.zeros_like(expected)
    for period, arms in tested:
        weights = np.asarray(period.weights) / sum(period.weights)
        expected += weights * sum(period.units[i] for i in arms)
        observed[arms] += np.asarray(period.units)[arms]
    arms_tested = expected > 0
    gaps = (observed - expected)[arms_tested] ** 2 / expected[arms_tested]
    return float(gaps.sum()), int(arms_tested.sum()) - 1


def are_misplaced(units: int, total: int) -> bool:
    """Whether units in an arm of weight 0 or of no known variant are unhealthy: >= 10 and >= .1 % of all."""
    return _many(units, total, 0.001)


def are_crossed(units: int, total: int) -> bool:
    """Whether units that saw more than one variant are unhealthy: >= 10 and >= 1 % of all."""
    return _many(units, total, 0.01)


def _many(units: int, total: int, share: float) -> bool:
    if not 0 <= units <= total:
        message = f"{units} of {total} units."
        raise ValueError(message)
    return units >= 10 and units >= share * total
