"""The funnel as its rule says it, session by session: what the warehouse's answer must be."""

from __future__ import annotations

import numpy as np

from backend.analytics.events.steps import STEPS
from backend.analytics.metrics.funnel import WINDOW, Reached
from backend.analytics.metrics.funnel import funnel as funnel_of


def funnel(visits, now, definitions=STEPS, window=WINDOW, before=None):
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
    return funnel_of([_reached(paths, index) for index in range(last)], immature, definitions)


def _reached(paths, index):
    reached = [path for path in paths if len(path) > index]
    waits = [(path[index] - path[index - 1]).total_seconds() for path in reached] if index else []
    return Reached(len(reached), *(float(np.quantile(waits, q)) if waits else None for q in (0.5, 0.9)))


def _path(visit, definitions, window):
    """The instants at which each step in turn was reached, as far as the visit went."""
    waiting = {}
    for instant, name in sorted(visit, reverse=True):
        waiting.setdefault(name, []).append(instant)
    path = []
    for definition in definitions:
        instants = waiting.get(definition.name, [])
        while instants and path and instants[-1] < path[-1]:
            instants.pop()
        if not instants or (path and instants[-1] - path[0] > window):
            break
        path.append(instants.pop())
    return path
