"""The funnel as its rule says it, session by session: what the warehouse's answer must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from backend.analytics.events.steps import WAY
from backend.analytics.metrics.funnel.definition import WINDOW
from backend.analytics.metrics.funnel.statistics import Reached
from backend.analytics.metrics.funnel.statistics import funnel as funnel_of

IDLE = timedelta(minutes=30)  # after which a session is over


def funnel(visits, now, definitions=WAY, window=WINDOW, before=None):
    """Count ordered completions. `visits`: session id -> its events as (instant, step name), in any order.

    A session enters with its first step-1 event, if that lies before `before`. Any step-1 event may start its way;
    each later step counts at its first event not before the step before it and not later than `window` after step 1.
    The longest way counts, of equal ones the first. One event never serves two steps.
    """
    found = [(way, max(visit)[0]) for visit in visits.values() if (way := _way(visit, definitions, window))]
    found = [(way, ended) for way, ended in found if before is None or way.entered < before]
    return of_ways([way for way, _ in found], now, definitions, window, [ended for _, ended in found])


@dataclass(frozen=True)
class Way:
    """When each step was reached; when step 1 was first taken at all, and when last."""

    reached: list[datetime]
    entered: datetime
    latest: datetime


def _reached(paths, index):
    reached = [path for path in paths if len(path) > index]
    waits = [(path[index] - path[index - 1]).total_seconds() for path in reached] if index else []
    return Reached(len(reached), *(float(np.quantile(waits, q)) if waits else None for q in (0.5, 0.9)))


def _way(visit, definitions, window):
    starts = sorted(instant for instant, name in visit if name == definitions[0].name)
    paths = [_path([event for event in visit if event[0] >= start], definitions, window) for start in starts]
    return Way(max(paths, key=len), starts[0], starts[-1]) if starts else None


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


def walk(events, query, since=None, until=None):
    """The way of these events by the rules in words. `events`: (instant, name, number), any numbers.

    Every event of step 1 is tried as the start of a way; the longest counts, of equal ones the first. None where step 1
    was not taken; `since` and `until`: when ways may begin.
    """
    events = sorted(events, key=lambda event: (event[0], *rank(event, query)))
    starts = [n for n, event in enumerate(events) if serves(event, query.steps[0]) and within(event[0], since, until)]
    if not starts:
        return None
    ways = [way_from(start, events, query) for start in starts]
    return Way(max(ways, key=len), events[starts[0]][0], events[starts[-1]][0])


def way_from(start, events, query):
    """When each step was reached by whoever took step 1 with this event."""
    taken = [start]
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


def within(instant, since, until):
    return (since is None or instant >= since) and (until is None or instant < until)


def rank(event, query):
    """Of one instant, events stand in the order of the steps; then what serves fewer steps; then by name."""
    served = [n for n, step in enumerate(query.steps) if serves(event, step)]
    return (served[0] if served else len(query.steps), len(served), event[1], event[2] or 0)


def of_ways(ways, now, definitions, window, ended=None):
    """The funnel of those who entered. `ended`: of sessions, when the last event of each was, in their order.

    Who has taken step 1 within the window may yet go on, but not in a session that is over.
    """
    immature = sum(
        len(way.reached) < len(definitions) and now - way.latest < window and (ended is None or now - ended[n] <= IDLE)
        for n, way in enumerate(ways)
    )
    paths = [way.reached for way in ways]
    return funnel_of([_reached(paths, n) for n in range(len(definitions))], immature, definitions)
