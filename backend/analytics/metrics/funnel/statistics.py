"""Rates and times of a funnel, out of its counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from backend.analytics.metrics.quotients import rate


class NamedStep(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Reached:
    """The sessions that came to a step, and the median and 90th percentile of the seconds since the step before."""

    sessions: int
    median_seconds: float | None = None
    p90_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A step: how many sessions came to it, and the time since the step before.

    Rates are fractions; they are None where the denominator is below ten.
    """

    name: str
    label: str
    sessions: int
    from_previous: float | None
    from_first: float | None
    dropoff: int
    median_seconds: float | None
    p90_seconds: float | None


@dataclass(frozen=True, slots=True)
class FunnelCounts:
    """The steps in order. `immature` sessions may yet go on: they are inside the window and not over."""

    steps: tuple[FunnelStep, ...]
    immature: int


def funnel(counted: Sequence[Reached], immature: int, definitions: Sequence[NamedStep]) -> FunnelCounts:
    """The funnel of the counts of its steps."""
    return FunnelCounts(tuple(_steps(counted, definitions)), immature)


def _steps(counted: Sequence[Reached], definitions: Sequence[NamedStep]) -> Iterable[FunnelStep]:
    first = previous = counted[0].sessions
    for index, (definition, reached) in enumerate(zip(definitions, counted, strict=True)):
        yield FunnelStep(
            definition.name,
            definition.label,
            reached.sessions,
            rate(reached.sessions, previous) if index else None,
            rate(reached.sessions, first),
            previous - reached.sessions,
            reached.median_seconds,
            reached.p90_seconds,
        )
        previous = reached.sessions
