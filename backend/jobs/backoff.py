"""The delay before the next attempt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

Uniform = Callable[[float, float], float]
FIRST, LONGEST = timedelta(seconds=10), timedelta(hours=1)


def full_jitter(failures: int, uniform: Uniform, longest: timedelta = LONGEST) -> timedelta:
    """A random delay of up to 10 s, 20 s, 40 s, … an hour, so that jobs that failed together do not retry together.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    doublings = min(failures - 1, 30)
    return timedelta(seconds=uniform(0, min(FIRST * 2**doublings, longest).total_seconds()))
