"""How rooms that know nothing of monitoring tell it what they did and how long it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

OK, FAILED = "ok", "failed"
Observe = Callable[[str, float, str], None]  # the name, the seconds, and the outcome


def unobserved(_name: str, _seconds: float, _outcome: str) -> None:
    """Tells nobody."""


@contextmanager
def observed(observe: Observe, name: str) -> Iterator[None]:
    """Tell how long the block took, and whether it raised."""
    outcome, began = FAILED, perf_counter()
    try:
        yield
        outcome = OK
    finally:
        observe(name, perf_counter() - began, outcome)
