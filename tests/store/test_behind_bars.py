"""Who is behind a bar, by groups and one by one: groups add up to the bar, and a visit's events are those it had."""

from __future__ import annotations

from collections import Counter

import pytest

from backend.analytics.metrics.funnel.definition import EventMatch, FunnelQuery, FunnelScope, Outcome
from backend.analytics.metrics.funnel.questions import OTHERS, FunnelBar, Group
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.funnel.visits import VisitId, VisitService
from backend.analytics.metrics.parameters import micros
from backend.clock import utc_now
from backend.errors import InvalidRequest, NotFound

STEPS = tuple(map(EventMatch.parse, ("ai_calculator_opened", "assessment_submitted", "conversion_offer_viewed")))


@pytest.fixture
def funnels(warehouse):
    return FunnelService(warehouse, utc_now)


@pytest.mark.parametrize("scope", FunnelScope)
@pytest.mark.parametrize("group", [None, Group(("google",)), OTHERS])
def test_groups_of_a_bar_are_the_ways_that_it_lists(funnels, periods, scope, group):
    query = FunnelQuery(periods[3], STEPS, scope=scope, breakdown="source", limit=1)
    for outcome in Outcome:
        bar, before = FunnelBar(2, outcome, group), FunnelBar(1, Outcome.REACHED, group)
        groups = funnels.groups_behind(query, bar, "device", 100)
        devices, all_devices = (
            Counter(row.device for row in funnels.behind(query, wanted, 1_000, 0).rows) for wanted in (bar, before)
        )

        assert {row.key: row.behind for row in groups.rows} == devices
        assert {row.key: row.of for row in groups.rows} == {key: all_devices[key] for key in devices}
        assert [row.behind for row in groups.rows] == sorted(devices.values(), reverse=True)
        assert groups.keys == len(devices)


def test_the_smallest_groups_of_a_bar_are_only_counted(funnels, periods):
    query = FunnelQuery(periods[3], STEPS)
    whole, first = (funnels.groups_behind(query, FunnelBar(1, Outcome.REACHED), "source", limit) for limit in (100, 2))

    assert (len(first.rows), first.keys) == (2, whole.keys)
    assert first.rows == whole.rows[:2]
    with pytest.raises(InvalidRequest):
        funnels.groups_behind(query, FunnelBar(1, Outcome.REACHED), "event_type")


def test_a_way_says_when_it_reached_each_step(funnels, periods):
    rows = funnels.behind(FunnelQuery(periods[3], STEPS), FunnelBar(1, Outcome.REACHED), 1_000, 0).rows

    assert {len(row.reached_at) for row in rows} == {1, 2, 3}
    for row in rows:
        assert len(row.reached_at) == row.reached
        assert row.reached_at[0] == row.entered_at
        assert list(row.reached_at) == sorted(row.reached_at)


def test_a_visit_has_its_events_in_order_and_no_others(warehouse, events, visits):
    service = VisitService(warehouse)
    for visit in visits[:25]:
        shown = service.visit(VisitId(visit["session_key"], instant(visit["started_at"])))
        own = [
            row
            for row in events
            if row["session_id"] == visit["session_id"]
            and visit["started_at"] <= micros(row["timestamp"]) <= visit["ended_at"]
        ]
        names = Counter(row["event_type"] for row in own)

        assert shown.total == len(shown.events) == len(own)
        assert [event.timestamp for event in shown.events] == sorted(row["timestamp"] for row in own)
        assert Counter(event.name.partition(":")[0] for event in shown.events) == names
        assert shown.facts.get("source") == visit["source"]


def test_a_visit_that_is_not_there_is_not_found(warehouse, visits):
    service, visit = VisitService(warehouse), visits[0]
    for missing in (VisitId(visit["session_key"] ^ 1, instant(visit["started_at"])), VisitId(1, utc_now())):
        with pytest.raises(NotFound):
            service.visit(missing)


def test_received_events_are_counted_by_name_and_by_step(funnels, events, periods):
    period = periods[3]
    within = [row for row in events if period.start <= row["timestamp"] < period.end and not row["is_bot"]]
    expected = Counter(row["event_type"] for row in within)
    expected += Counter(f"{row['event_type']}:{row['step']}" for row in within if row["step"] is not None)
    received = funnels.received(period)

    assert received.is_whole
    assert received.counts == dict(expected)
    assert list(received.counts.values()) == sorted(expected.values(), reverse=True)


def instant(at):
    return VisitId.parse(f"{0:016x}-{at:x}").started_at
