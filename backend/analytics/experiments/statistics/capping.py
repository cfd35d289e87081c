"""Caps of extreme values: one for all arms, taken from their pooled values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from backend.analytics.experiments.statistics.answers import Inconclusive

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cap:
    """No value counts as more than `upper`, or, where values are negative, as less than `lower`.

    `of_non_zero`: the percentile of all values was 0, so that of the non-zero ones was taken; the page says so.
    """

    upper: float | None
    lower: float | None
    of_non_zero: bool

    def apply(self, values: npt.ArrayLike) -> Values:
        capped: Values = np.clip(np.asarray(values, dtype=float), self.lower, self.upper)
        return capped

    def share_capped(self, values: npt.ArrayLike) -> float | Inconclusive:
        """Which share of an arm's units is changed."""
        own = np.asarray(values, dtype=float)
        if not own.size:
            return Inconclusive("no units")
        return float((self.apply(own) != own).mean())


def pooled_cap(arms: Sequence[npt.ArrayLike], percentile: float) -> Cap | Inconclusive:
    """The type-1 percentile (a share, .5 to 1) of per-unit values of all arms together, zeros included.

    If it is 0, of the non-zero values. Negative values have a lower cap by the same rule on their sizes. Inconclusive
    without a value that is not 0; ValueError for another percentile or values that are not finite.
    """
    if not 0.5 <= percentile < 1:
        message = f"Values are capped at a percentile from .5 to below 1, not {percentile}."
        raise ValueError(message)
    pooled = np.concatenate([np.asarray(arm, dtype=float) for arm in arms]) if arms else np.empty(0)
    if not np.isfinite(pooled).all():
        message = "Only finite values can be capped."
        raise ValueError(message)
    if not pooled.any():
        return Inconclusive("no values to cap")
    upper, above = _bound(np.maximum(pooled, 0.0), percentile)
    lower, below = _bound(np.maximum(-pooled, 0.0), percentile)
    return Cap(upper, None if lower is None else -lower, above or below)


def ratio_caps(
    numerators: Sequence[npt.ArrayLike], denominators: Sequence[npt.ArrayLike], percentile: float
) -> tuple[Cap, Cap] | Inconclusive:
    """The caps of both halves of a ratio, over the same units; ValueError when the arms' units differ."""
    sizes = [[np.size(arm) for arm in arms] for arms in (numerators, denominators)]
    if sizes[0] != sizes[1]:
        message = f"Numerators of {sizes[0]} units, but denominators of {sizes[1]}."
        raise ValueError(message)
    above, below = pooled_cap(numerators, percentile), pooled_cap(denominators, percentile)
    if isinstance(above, Inconclusive):
        return above
    return below if isinstance(below, Inconclusive) else (above, below)


def _bound(sizes: Values, percentile: float) -> tuple[float | None, bool]:
    """The bound of one side, and whether it is of the non-zero sizes alone."""
    if not sizes.any():
        return None, False
    whole = _type_1(sizes, percentile)
    return (whole, False) if whole else (_type_1(sizes[sizes > 0], percentile), True)


def _type_1(values: Values, percentile: float) -> float:
    """The value of rank ceil(n q): one that was seen, never between two."""
    rank = max(ceil(len(values) * percentile - 1e-9), 1)
    return float(np.partition(values, rank - 1)[rank - 1])
