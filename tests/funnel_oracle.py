"""The funnel as its rule says it, session by session: what the warehouse's answer must be."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from backend.analytics.events.steps import STEPS
from backend.analytics.metrics.funnel.definition import WINDOW
from backend.analytics.metrics.funnel.statistics import Reached
from backend.analytics.metrics.funnel.statistics import funnel as funnel_of

IDLE = timedelta(minutes=30)  # after which a session is over


def funnel(visits, now, definitions=STEPS, window=WINDOW, before=None):
    """Count ordered completions. `visits`: session id -> its events as (instant, step name), in any order.

    A session enters with its first step-1 event, if that lies before `before`; each later step counts at its
    first event not before the step before it and not later than `window` after step 1. One event never serves
    two steps.
    """
    found = [(path, max(visit)[0]) for visit in visits.values() if (path := _path(visit, definitions, window))]
    if before is not None:
        found = [(path, ended) for path, ended in found if path[0] < before]
    last, paths = len(definitions), [path for path, _ in found]
    immature = sum(len(path) < last and now - path[0] < window and now - ended <= IDLE for path, ended in found)
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


def walk(events, query, since=None):
    """When each step was reached, by the rules in words. `events`: (instant, name, number) of one way, any numbers.

    None where step 1 was not taken; `since`: before it, nobody begins.
    """
    events = sorted(events, key=lambda event: (event[0], *rank(event, query)))
    begins = [place for place, event in enumerate(events) if serves(event, query.steps[0]) and late(event, since)]
    if not begins:
        return None
    taken = [begins[0]]
    choose = {"ordered": following, "strict": very_next, "unordered": near}[query.order]
    for step in query.steps[1:]:
        chosen = choose(events, taken, step, query)
        if chosen is None:
            break
        taken.append(chosen)
        instants = [events[place][0] for place in taken]
        if any(min(instants) < at < max(instants) and bad(event, query) for event in events for at in event[:1]):
            taken.pop()
            break
    return [max(events[place][0] for place in taken[: n + 1]) for n in range(len(taken))]


def following(events, taken, step, query):
    """The first left that is not before the last one taken."""
    reached = events[taken[-1]][0]
    until = events[taken[0]][0] + query.window
    return next(
        (
            n
            for n, event in enumerate(events)
            if n not in taken and serves(event, step) and reached <= event[0] <= until
        ),
        None,
    )


def very_next(events, taken, step, query):
    place = taken[-1] + 1
    until = events[taken[0]][0] + query.window
    fits = place < len(events) and serves(events[place], step) and events[place][0] <= until
    return place if fits else None


def near(events, taken, step, query):
    """The first left within the window of step 1, before it or after."""
    first = events[taken[0]][0]
    return next(
        (
            n
            for n, event in enumerate(events)
            if n not in taken and serves(event, step) and abs(event[0] - first) <= query.window
        ),
        None,
    )


def serves(event, match):
    return event[1] == match.event and match.number in (None, event[2])


def bad(event, query):
    return any(serves(event, match) for match in query.exclude)


def late(event, since):
    return since is None or event[0] >= since


def rank(event, query):
    """Of one instant, events stand in the order of the steps; then what serves fewer steps; then by name."""
    served = [n for n, step in enumerate(query.steps) if serves(event, step)]
    return (served[0] if served else len(query.steps), len(served), event[1], event[2] or 0)


def of_walks(walks, now, query, ended=None):
    """The funnel of those who entered. `ended`: of sessions, when the last event of each was, in their order."""
    immature = sum(
        len(walk) < len(query.steps) and now - walk[0] < query.window and (ended is None or now - ended[n] <= IDLE)
        for n, walk in enumerate(walks)
    )
    return funnel_of([_reached(walks, n) for n in range(len(query.steps))], immature, query.steps)
