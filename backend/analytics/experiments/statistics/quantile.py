"""Quantiles by order statistics, also of events that are clustered in units."""

from __future__ import annotations

from math import ceil, floor, sqrt

import numpy as np
import numpy.typing as npt

from backend.analytics.experiments.statistics.answers import Inconclusive
from backend.analytics.experiments.statistics.samples import Quantile

Z = 1.959963984540054
ROUNDING = 1e-9
"""Ranks are whole: n nu = 540.0000000001 is 540."""


def ranks(n: int, nu: float) -> tuple[int, int, int] | Inconclusive:
    """Ranks (from 1) of the lower bound, the quantile nu, and the upper bound among n values.

    floor(n nu - h), ceil(n nu), ceil(n nu + h) + 1 with h = 1.96 sqrt(n nu (1 - nu)). Inconclusive if
    n <= 3.84146 max(nu/(1 - nu), (1 - nu)/nu); ValueError unless 0 < nu < 1. Deng, Knoblich & Lu (2018).
    """
    if not 0 < nu < 1 or n < 0:
        message = f"No quantile {nu} of {n} values."
        raise ValueError(message)
    if not n:
        return Inconclusive("no units")
    middle, half = n * nu, Z * sqrt(n * nu * (1 - nu))
    lower, upper = floor(middle - half + ROUNDING), ceil(middle + half - ROUNDING) + 1
    if n <= Z * Z * max(nu / (1 - nu), (1 - nu) / nu) or lower < 1 or upper > n:
        return Inconclusive("too few values for this quantile")
    return lower, max(ceil(middle - ROUNDING), 1), upper


def quantile_of(
    n: int, value: float, lower: float, upper: float, *, sampled: int | None = None
) -> Quantile | Inconclusive:
    """The quantile of n values from three order statistics, taken at the ranks of `sampled` values (else of n).

    v = (n*/n)(n - 1)((upper - lower)/(2 z))^2, of one value in the measure's unit squared. Inconclusive if the bounds
    coincide. Deng, Knoblich & Lu (2018).
    """
    if not lower <= value <= upper or (sampled is not None and not 0 < sampled <= n):
        message = f"A quantile of {value} is not between {lower} and {upper}, or not of {sampled} of {n} values."
        raise ValueError(message)
    if lower == upper:
        return Inconclusive("the bounds of the quantile coincide")
    share = (sampled or n) / n
    return Quantile(n, value, share * (n - 1) * ((upper - lower) / (2 * Z)) ** 2)


def quantile(values: npt.ArrayLike, nu: float) -> Quantile | Inconclusive:
    """The quantile nu of values, one a unit."""
    ordered = np.sort(np.asarray(values, dtype=float))
    if not np.isfinite(ordered).all():
        message = "A quantile needs values that are finite."
        raise ValueError(message)
    at = ranks(len(ordered), nu)
    if isinstance(at, Inconclusive):
        return at
    lower, middle, upper = (float(ordered[rank - 1]) for rank in at)
    return quantile_of(len(ordered), middle, lower, upper)


def clustered_quantile(values: npt.ArrayLike, units: npt.ArrayLike, nu: float) -> Quantile | Inconclusive:
    """The quantile nu of events, of which a unit has several; `units` names the unit of each value.

    v is multiplied by n V_s/(nu (1 - nu)); V_s = (s_s^2 - 2 (m_s/m_n) s_sn + (m_s/m_n)^2 s_n^2)/(K m_n^2), s = events
    of a unit at or below the quantile, n = its events, K units. Inconclusive with one unit. Deng et al. (2018).
    """
    events, owners = np.asarray(values, dtype=float), np.asarray(units)
    if events.shape != owners.shape:
        message = f"{events.size} values, but {owners.size} units of them."
        raise ValueError(message)
    plain = quantile(events, nu)
    if isinstance(plain, Inconclusive):
        return plain
    _, place = np.unique(owners, return_inverse=True)
    sizes = np.bincount(place).astype(float)
    if len(sizes) < 2:
        return Inconclusive("no variance")
    below = np.bincount(place, weights=events <= plain.mean)
    share = below.mean() / sizes.mean()
    (v_s, both), (_, v_n) = np.cov(below, sizes)
    spread = (v_s - 2 * share * both + share * share * v_n) / (len(sizes) * sizes.mean() ** 2)
    if spread <= 0:
        return Inconclusive("no variance")
    return Quantile(plain.n, plain.mean, plain.variance * float(plain.n * spread / (nu * (1 - nu))))
