"""Integrals over smooth panels between break points, deterministic and accurate beyond 1e-9."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
NODES = 20
REACH = np.array([-39.0, -24.0, -14.0, -9.0, -6.0, -4.5, -3.0, -1.5, 0.0, 1.5, 3.0, 4.5, 6.0, 9.0, 14.0, 24.0, 39.0])
"""Break points around a bell curve, in standard deviations: beyond the last it is below any float."""


@cache
def _rule() -> tuple[Array, Array]:
    points, weights = np.polynomial.legendre.leggauss(NODES)
    return points, weights


def panels(breaks: Array) -> tuple[Array, Array]:
    """Nodes and weights (..., panels x nodes) of Gauss and Legendre between sorted breaks (..., panels + 1)."""
    points, weights = _rule()
    start, width = breaks[..., :-1, None], np.diff(breaks)[..., None] / 2
    nodes = start + width * (1 + points)
    shape = (*breaks.shape[:-1], -1)
    return nodes.reshape(shape), (width * weights).reshape(shape)


def around(centers: Array, widths: Array, lower: float, upper: float) -> Array:
    """Sorted breaks (..., arms x reach) around each bell curve (..., arms), clipped to where the integral runs."""
    spread = centers[..., None] + widths[..., None] * REACH
    breaks = np.clip(spread.reshape((*centers.shape[:-1], -1)), lower, upper)
    return np.sort(breaks, axis=-1)
