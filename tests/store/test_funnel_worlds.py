"""DASH-1: whatever happens in whatever order, the funnel's question finds what its rules say in words."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.analytics.metrics.funnel.definition import CALCULATOR, EventMatch, FunnelQuery, FunnelScope, Order
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.period import Period
from tests.funnel_oracle import of_ways, walk
from tests.sessions_oracle import event, micros
from tests.warehouse_in_memory import InMemory

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
NOW = MIDNIGHT + timedelta(hours=2)
PERIOD = Period.between(date(2026, 3, 2), date(2026, 3, 2), "UTC", NOW)
STEPS = ["a,b,c", "a,a,b", "s,s:2,s", "s:2,s", "b,a,b,a"]
EXCLUDED = ["", "x"]
WINDOWS = [timedelta(minutes=minutes) for minutes in (3, 20, 24 * 60)]


@st.composite
def worlds(draw):
    """Events of two sessions around midnight, or of more of one visitor, many of them at one instant."""
    drawn = st.tuples(
        st.sampled_from(["s1", "s2", "s3"]),
        st.integers(-4, 25),
        st.sampled_from(["a", "b", "c", "x", "y", ("s", 1), ("s", 2), ("s", None)]),
    )
    rows = []
    for session, minutes, name in draw(st.lists(drawn, max_size=14)):
        at = micros(MIDNIGHT) + minutes * 60_000_000
        kind, step = name if isinstance(name, tuple) else (name, None)
        visitor = None if session == "s3" else "v"
        rows.append(event(session, at, kind, step=step, number=len(rows), visitor_id=visitor))
    return [{name: value for name, value in row.items() if name != "number"} for row in rows]


def expected(rows, query):
    """The funnel by its rule: of each session, or of each visitor through all of theirs."""
    by_visitor = query.scope is FunnelScope.VISITOR
    owners = defaultdict(list)
    for row in rows:
        owners[row["visitor_id"] or row["session_id"] if by_visitor else row["session_id"]].append(row)
    ways, ended = [], []
    for mine in owners.values():
        events = [(row["timestamp"], row["event_type"], row["step"]) for row in mine]
        way = walk(events, query, *((PERIOD.start, PERIOD.end) if by_visitor else ()))
        if way and PERIOD.start <= way.entered < PERIOD.end:
            ways.append(way)
            ended.append(max(row["timestamp"] for row in mine))
    return of_ways(ways, NOW, query.steps, query.window, None if by_visitor else ended)


def matches(text):
    return tuple(EventMatch.parse(name) for name in text.split(",") if name)


@pytest.mark.parametrize(("scope", "order", "names"), list(product(FunnelScope, Order, STEPS)))
@settings(max_examples=25, deadline=None)
@given(rows=worlds(), window=st.sampled_from(WINDOWS), excluded=st.sampled_from(EXCLUDED))
def test_what_is_found_is_what_the_rules_say(scope, order, names, rows, window, excluded):
    query = FunnelQuery(PERIOD, matches(names), window, order, scope, matches(excluded))

    found, rule = FunnelService(InMemory(rows, NOW), lambda: NOW).answer(query).funnel, expected(rows, query)

    assert [(step.sessions, step.dropoff) for step in found.steps] == [(s.sessions, s.dropoff) for s in rule.steps]
    assert [step.median_seconds for step in found.steps] == pytest.approx([step.median_seconds for step in rule.steps])
    assert found.immature == rule.immature


@pytest.mark.parametrize(
    ("order", "excluded", "names"),
    [
        (Order.ORDERED, "", [("a", 0), ("a", 25), ("b", 30), ("c", 35)]),
        (Order.STRICT, "", [("a", 0), ("y", 1), ("a", 2), ("b", 3), ("c", 4)]),
        (Order.UNORDERED, "", [("a", 0), ("b", 25), ("a", 28), ("c", 35)]),
        (Order.ORDERED, "x", [("a", 0), ("x", 1), ("a", 2), ("b", 3), ("c", 4)]),
        (Order.UNORDERED, "x", [("a", 0), ("x", 1), ("a", 2), ("b", 3), ("c", 4)]),
    ],
)
@pytest.mark.parametrize("scope", FunnelScope)
def test_any_event_of_the_first_step_may_start_the_way(scope, order, excluded, names):
    """Visitors do each thing in a session of its own; the calculator's own steps are no exception."""
    sessions = {name: "s" if scope is FunnelScope.SESSION else f"s{n}" for n, name in enumerate(names)}
    start = micros(MIDNIGHT)
    rows = [event(sessions[kind, minute], start + minute * 60_000_000, kind, visitor_id="v") for kind, minute in names]
    query = FunnelQuery(PERIOD, matches("a,b,c"), timedelta(minutes=20), order, scope, matches(excluded))

    steps = FunnelService(InMemory(rows, NOW), lambda: NOW).answer(query).funnel.steps

    assert [step.sessions for step in steps] == [1, 1, 1]


def test_the_calculators_own_steps_may_start_again_within_a_window_too():
    names = [("ai_calculator_opened", 0), ("ai_calculator_opened", 25), ("calculator_step_completed", 30)]
    rows = [event("s", micros(MIDNIGHT) + minute * 60_000_000, kind, step=1) for kind, minute in names]

    for window, reached in ((timedelta(minutes=20), [1, 1]), (timedelta(minutes=4), [1, 0])):
        query = FunnelQuery(PERIOD, CALCULATOR[:2], window)
        steps = FunnelService(InMemory(rows, NOW), lambda: NOW).answer(query).funnel.steps
        assert [step.sessions for step in steps] == reached
