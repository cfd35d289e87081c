"""Rates, and the smallest denominator that one may have."""

from __future__ import annotations

SMALLEST_DENOMINATOR = 10


def rate(numerator: int, denominator: int) -> float | None:
    """A fraction, None where it would rest on fewer than ten."""
    return numerator / denominator if denominator >= SMALLEST_DENOMINATOR else None
