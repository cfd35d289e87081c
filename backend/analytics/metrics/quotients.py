"""Rates, wherever one is said."""

from __future__ import annotations

SMALLEST_DENOMINATOR = 10


def rate(part: int, whole: int) -> float | None:
    """A fraction, None where it would rest on fewer than ten."""
    return part / whole if whole >= SMALLEST_DENOMINATOR else None
