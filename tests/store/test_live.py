"""DASH-7: what the live view counts is what plain loops count, on both engines."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from backend.analytics.metrics.live.question import LISTS, MOST
from backend.analytics.metrics.live.service import LiveService
from backend.analytics.warehouse.relations import STEP_COLUMNS
from backend.clock import utc_now
from tests.sessions_oracle import micros

MINUTE, DAY = 60_000_000, 86_400_000_000
WHATEVER_BEFORE = ("submitted_at", "offer_viewed_at", "upgrade_at")
STEPS = (*STEP_COLUMNS[:2], *WHATEVER_BEFORE)


def minutes_of(start, instants):
    counts = Counter((instant - start) // MINUTE for instant in instants if instant is not None)
    return [counts[at] for at in range(30)]


def most(sessions, name):
    counts = Counter(session[name] for session in sessions if name != "job_title" or session[name] is not None)
    return sorted(counts.items(), key=lambda one: (-one[1], one[0] is None, one[0] or ""))[:MOST]


def furthest(session):
    return max((at for at, name in enumerate(STEPS) if session[name] is not None), default=None)


def busiest(visits):
    """Moments just after visits began when most others were about."""
    begun = [visit["started_at"] for visit in visits if visit["started_at"] < micros(utc_now()) - DAY]
    about = {at: sum(at - 30 * MINUTE <= v["ended_at"] and v["started_at"] <= at for v in visits) for at in begun}
    best = sorted(about, key=lambda at: (-about[at], at))[:4]
    assert all(about[at] >= 4 for at in best)
    return [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at, seconds=30) for at in best]


def test_the_live_view_is_that_of_its_definition(warehouse, events, visits):
    for now in [*busiest(visits), utc_now()]:
        live = LiveService(warehouse, lambda now=now: now).look()
        assert_counted(live, now, events, visits)
        assert not live.demo


def assert_counted(live, now, events, visits):
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
    assert [step.sessions for step in live.steps] == [counts[at] for at in range(len(STEPS))]
