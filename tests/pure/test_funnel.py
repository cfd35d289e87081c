"""DASH-1: the funnel, against examples and against an oracle that tries everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analytics.events.steps import StepDefinition
from backend.analytics.metrics.period import Period
from tests.funnel_oracle import funnel

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=3)
ABC = tuple(StepDefinition(name, name.upper()) for name in "abc")
WINDOW = timedelta(hours=1)


def visit(*events):
    """Events as `("a", minutes after noon)`."""
    return [(NOON + timedelta(minutes=minutes), name) for name, minutes in events]


def reached(*events, now=LATER):
    result = funnel({"s": visit(*events)}, now, ABC, WINDOW)
    return sum(step.sessions for step in result.steps)


@pytest.mark.parametrize(
    ("events", "steps"),
    [
        ([], 0),
        ([("b", 0), ("c", 1)], 0),
        ([("a", 0)], 1),
        ([("a", 0), ("b", 5), ("c", 9)], 3),
        ([("c", 9), ("a", 0), ("b", 5)], 3),
        ([("b", 0), ("a", 1), ("c", 2)], 1),
        ([("a", 0), ("c", 1), ("b", 2)], 2),
        ([("a", 0), ("c", 1), ("b", 2), ("c", 3)], 3),
        ([("a", 0), ("b", 0), ("c", 0)], 3),
        ([("a", 0), ("b", 60)], 2),
        ([("a", 0), ("b", 61)], 1),
        ([("a", 0), ("a", 50), ("b", 61)], 2),
        ([("a", 0), ("b", 1), ("a", 90), ("b", 91), ("c", 92)], 3),
    ],
)
def test_steps_count_in_order_within_the_window_after_the_first(events, steps):
    assert reached(*events) == steps


def test_times_are_between_steps_and_rates_need_ten_sessions():
    visits = {f"s{n}": visit(("a", 0), ("b", n)) if n < 6 else visit(("a", 0)) for n in range(10)}

    first, second, third = funnel(visits, LATER, ABC, WINDOW).steps

    assert (first.sessions, first.from_previous, first.from_first, first.dropoff) == (10, None, 1.0, 0)
    assert (second.sessions, second.from_previous, second.from_first, second.dropoff) == (6, 0.6, 0.6, 4)
    assert (second.median_seconds, second.p90_seconds) == (150.0, 270.0)
    assert (third.sessions, third.from_previous, third.from_first, third.median_seconds) == (0, None, 0.0, None)


def test_sessions_still_inside_the_window_are_immature():
    visits = {"open": visit(("a", 0)), "done": visit(("a", 0), ("b", 1), ("c", 2)), "none": visit(("b", 0))}

    assert funnel(visits, NOON + timedelta(minutes=30), ABC, WINDOW).immature == 1
    assert funnel(visits, NOON + timedelta(minutes=31), ABC, WINDOW).immature == 0
    assert funnel(visits, NOON + timedelta(minutes=20), ABC, timedelta(minutes=20)).immature == 0


def test_a_session_belongs_to_the_period_it_began_in_and_keeps_what_came_after():
    visits = {"late": visit(("a", 50), ("b", 70), ("c", 71)), "next": visit(("a", 60), ("b", 61))}

    steps = funnel(visits, LATER, ABC, WINDOW, before=NOON + timedelta(hours=1)).steps

    assert [step.sessions for step in steps] == [1, 1, 1]


EVENTS = st.lists(st.tuples(st.sampled_from("abcx"), st.integers(0, 90)), max_size=6)


@given(EVENTS)
def test_agrees_with_trying_every_choice_of_events(events):
    best = 0
    for size in range(1, 4):
        for chosen in permutations(events, size):
            names, minutes = [name for name, _ in chosen], [m for _, m in chosen]
            in_order = minutes == sorted(minutes) and names == list("abc")[:size]
            if in_order and minutes[-1] - minutes[0] <= 60:
                best = max(best, size)

    assert reached(*events) == best


@given(st.dictionaries(st.text(max_size=3), EVENTS, max_size=12))
def test_never_widens(visits):
    result = funnel({key: visit(*events) for key, events in visits.items()}, LATER, ABC, WINDOW)
    sessions = [step.sessions for step in result.steps]

    assert sessions == sorted(sessions, reverse=True)
    assert sum(step.dropoff for step in result.steps) == sessions[0] - sessions[-1]


@pytest.mark.parametrize(
    ("start", "end", "zone", "hours"),
    [
        ("2026-03-02", "2026-03-08", "America/New_York", 167),
        ("2026-10-26", "2026-11-01", "America/New_York", 169),
        ("2026-03-02", "2026-03-08", "UTC", 168),
        ("2026-03-22", "2026-03-22", "Asia/Tehran", 24),
    ],
)
def test_local_days_count_whole_also_when_clocks_change(start, end, zone, hours):
    period = Period.between(datetime.fromisoformat(start).date(), datetime.fromisoformat(end).date(), zone, LATER)

    assert period.end.astimezone(UTC) - period.start.astimezone(UTC) == timedelta(hours=hours)


def test_thirty_days_up_to_today_without_being_asked():
    period = Period.between(None, None, "Asia/Kolkata", datetime(2026, 11, 20, 20, tzinfo=UTC))

    assert period.start.isoformat() == "2026-10-23T00:00:00+05:30"
    assert period.end.isoformat() == "2026-11-22T00:00:00+05:30"
