"""DASH-7: what the live view counts is what plain loops count, on both engines over both landings."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from backend.analytics.metrics.live.question import LISTS, MOST
from backend.analytics.metrics.live.service import LiveService
from backend.analytics.warehouse.relations import STEP_COLUMNS
from backend.clock import utc_now
from tests.sessions_oracle import micros

MINUTE = 60_000_000
MOMENTS = [datetime(2026, 3, 7, 20, 15, 40, tzinfo=UTC) + timedelta(hours=hours) for hours in (0, 3, 4.8, 11, 26.3)]


def minutes_of(start, instants):
    counts = Counter((instant - start) // MINUTE for instant in instants if instant is not None)
    return [counts[at] for at in range(30)]


def most(sessions, name):
    counts = Counter(session[name] for session in sessions if name != "job_title" or session[name] is not None)
    return sorted(counts.items(), key=lambda one: (-one[1], one[0] is None, one[0] or ""))[:MOST]


def furthest(session):
    return max((at for at, name in enumerate(STEP_COLUMNS) if session[name] is not None), default=None)


@pytest.mark.parametrize("moment", [*MOMENTS, None])
def test_the_live_view_is_that_of_its_definition(warehouse, events, visits, moment):
    now = moment or utc_now()
    live = LiveService(warehouse, lambda: now).look()
    end = micros(now.replace(second=0, microsecond=0)) + MINUTE
    start = end - 30 * MINUTE
    people = [visit for visit in visits if not visit["is_bot"] and visit["started_at"] < end]
    active = [visit for visit in people if visit["ended_at"] >= start]
    current = [visit for visit in active if visit["ended_at"] >= end - 5 * MINUTE]
    happened = [micros(event["timestamp"]) for event in events if not event["is_bot"]]

    assert (live.active, live.now) == (len(active), len(current))
    assert [minute.sessions for minute in live.minutes] == minutes_of(start, [one["started_at"] for one in active])
    assert [minute.events for minute in live.minutes] == minutes_of(start, happened)
    assert [minute.upgrades for minute in live.minutes] == minutes_of(start, [one["upgrade_at"] for one in active])
    assert micros(live.minutes[0].start) == start
    for name in LISTS:
        assert [(one.value, one.sessions) for one in live.lists[name]] == most(active, name)
    counts = Counter(map(furthest, current))
    assert [step.sessions for step in live.steps] == [counts[at] for at in range(len(STEP_COLUMNS))]
    assert not live.demo


def test_the_moments_tried_are_busy_ones(visits):
    started = Counter(moment for visit in visits for moment in MOMENTS if near(visit, moment))

    assert all(started[moment] >= 3 for moment in MOMENTS)


def near(visit, moment):
    return micros(moment) - 30 * MINUTE <= visit["ended_at"] and visit["started_at"] <= micros(moment)
