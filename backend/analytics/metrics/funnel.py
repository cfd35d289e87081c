"""The conversion funnel: from what was counted to what is said about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backend.analytics.events.steps import STEPS, StepDefinition

WINDOW = timedelta(hours=24)
SMALLEST_DENOMINATOR = 10


@dataclass(frozen=True, slots=True)
class Reached:
    """How many sessions came to a step, and the median and 90th percentile of the seconds since the step before."""

    sessions: int
    median_seconds: float | None = None
    p90_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """How many sessions came this far, and how long the way from the step before took.

    Rates are fractions; they are None where fewer than ten sessions would be divided by.
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
class Funnel:
    """The steps in order. `immature` sessions are still inside the window: they may yet go on."""

    steps: tuple[FunnelStep, ...]
    immature: int


def funnel(counted: Sequence[Reached], immature: int, definitions: Sequence[StepDefinition] = STEPS) -> Funnel:
    """What the counts of each step say."""
    return Funnel(tuple(_steps(counted, definitions)), immature)


def rate(part: int, whole: int) -> float | None:
    """A fraction, None where it would rest on fewer than ten."""
    return part / whole if whole >= SMALLEST_DENOMINATOR else None


def _steps(counted: Sequence[Reached], definitions: Sequence[StepDefinition]) -> Iterable[FunnelStep]:
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
