"""DASH-1: whatever happens in whatever order, the funnel's question finds what its rules say in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.analytics.metrics.funnel.definition import EventMatch, FunnelQuery, Order
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.period import Period
from tests.funnel_oracle import of_walks, walk
from tests.sessions_oracle import COLUMNS, event, micros, sessions
from tests.warehouse_in_memory import InMemory

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
NOW = MIDNIGHT + timedelta(hours=2)
PERIOD = Period.between(date(2026, 3, 2), date(2026, 3, 2), "UTC", NOW)
STEPS = ["a,b,c", "a,a,b", "s,s:2,s", "s:2,s", "b,a,b,a"]
EXCLUDED = ["", "x"]
WINDOWS = [timedelta(minutes=minutes) for minutes in (3, 20, 24 * 60)]


@st.composite
def worlds(draw):
    """Events of two sessions around midnight, many of them at one instant."""
    drawn = st.tuples(
        st.sampled_from(["s1", "s2"]),
        st.integers(-4, 25),
        st.sampled_from(["a", "b", "c", "x", "y", ("s", 1), ("s", 2), ("s", None)]),
    )
    rows = []
    for session, minutes, name in draw(st.lists(drawn, max_size=14)):
        at = micros(MIDNIGHT) + minutes * 60_000_000
        kind, step = name if isinstance(name, tuple) else (name, None)
        rows.append(event(session, at, kind, step=step, number=len(rows)))
    return [{name: value for name, value in row.items() if name != "number"} for row in rows]


def expected(rows, query):
    ways = []
    for found in (dict(zip(COLUMNS, row, strict=True)) for row in sessions(rows)):
        mine = [row for row in rows if row["session_id"] == found["session_id"]]
        way = walk([(row["timestamp"], row["event_type"], row["step"]) for row in mine], query)
        if way and PERIOD.start <= way[0] < PERIOD.end:
            ways.append((way, max(row["timestamp"] for row in mine)))
    return of_walks([way for way, _ in ways], NOW, query, [ended for _, ended in ways])


@pytest.mark.parametrize(("order", "names", "excluded"), list(product(Order, STEPS, EXCLUDED)))
@settings(max_examples=20, deadline=None)
@given(rows=worlds(), window=st.sampled_from(WINDOWS))
def test_what_is_found_is_what_the_rules_say(order, names, excluded, rows, window):
    steps, exclude = ([EventMatch.parse(name) for name in text.split(",") if name] for text in (names, excluded))
    query = FunnelQuery(PERIOD, tuple(steps), window, order, exclude=tuple(exclude))

    found, rule = FunnelService(InMemory(rows, NOW), lambda: NOW).answer(query).funnel, expected(rows, query)

    assert [(step.sessions, step.dropoff) for step in found.steps] == [(s.sessions, s.dropoff) for s in rule.steps]
    assert [step.median_seconds for step in found.steps] == pytest.approx([step.median_seconds for step in rule.steps])
    assert found.immature == rule.immature
