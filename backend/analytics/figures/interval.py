"""How sure a rate is: the interval that holds it, by Wilson's score."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

CONFIDENT = 1.96


class Interval(NamedTuple):
    """Nineteen of twenty such intervals hold the rate that they were taken for."""

    low: float
    high: float


def wilson(rate: float, n: int) -> Interval:
    """Wilson's score interval of a share among n, at 95% (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212)."""
    if n < 1 or not 0 <= rate <= 1:
        raise ValueError("a rate is between 0 and 1, of at least one")
    square = CONFIDENT**2
    middle = (rate + square / (2 * n)) / (1 + square / n)
    half = CONFIDENT / (1 + square / n) * sqrt(rate * (1 - rate) / n + square / (4 * n * n))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))
