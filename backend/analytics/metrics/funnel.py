"""The conversion funnel: pure functions from a session's events to counts and times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from backend.analytics.events.steps import STEPS, StepDefinition

WINDOW = timedelta(hours=24)
SMALLEST_DENOMINATOR = 10
Visit = Sequence[tuple[datetime, str]]


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


def funnel(
    visits: Mapping[str, Visit],
    now: datetime,
    definitions: Sequence[StepDefinition] = STEPS,
    window: timedelta = WINDOW,
    before: datetime | None = None,
) -> Funnel:
    """Count ordered completions. `visits`: session id -> its events as (instant, step name), in any order.

    A session enters with its first step-1 event, if that lies before `before`; each later step counts at its
    first event not before the step before it and not later than `window` after step 1. One event never serves
    two steps.
    """
    paths = [path for visit in visits.values() if (path := _path(visit, definitions, window))]
    if before is not None:
        paths = [path for path in paths if path[0] < before]
    last = len(definitions)
    immature = sum(len(path) < last and now - path[0] < window for path in paths)
    return Funnel(tuple(_steps(paths, definitions)), immature)


def _path(visit: Visit, definitions: Sequence[StepDefinition], window: timedelta) -> list[datetime]:
    """The instants at which each step in turn was reached, as far as the visit went."""
    waiting: dict[str, list[datetime]] = {}
    for instant, name in sorted(visit, reverse=True):
        waiting.setdefault(name, []).append(instant)
    path: list[datetime] = []
    for definition in definitions:
        instants = waiting.get(definition.name, [])
        while instants and path and instants[-1] < path[-1]:
            instants.pop()
        if not instants or (path and instants[-1] - path[0] > window):
            break
        path.append(instants.pop())
    return path


def _steps(paths: Sequence[list[datetime]], definitions: Sequence[StepDefinition]) -> Iterable[FunnelStep]:
    first = previous = len(paths)
    for index, definition in enumerate(definitions):
        reached = [path for path in paths if len(path) > index]
        waits = [(path[index] - path[index - 1]).total_seconds() for path in reached] if index else []
        yield FunnelStep(
            definition.name,
            definition.label,
            len(reached),
            _rate(len(reached), previous) if index else None,
            _rate(len(reached), first),
            previous - len(reached),
            _quantile(waits, 0.5),
            _quantile(waits, 0.9),
        )
        previous = len(reached)


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole >= SMALLEST_DENOMINATOR else None


def _quantile(seconds: Sequence[float], q: float) -> float | None:
    return float(np.quantile(seconds, q)) if seconds else None
