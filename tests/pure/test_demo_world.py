"""The demo world: the same for the same seed, and such that pages have something to tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from backend.analytics.events.demo import DEMO_SESSIONS
from backend.analytics.events.names import EventName
from backend.analytics.events.wire.properties import check
from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.demo import people
from backend.demo.jobs import DemoJobs
from backend.demo.world import Size, World
from tests.sharing import shipped_reference

UNTIL = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def jobs():
    reference = shipped_reference()
    return DemoJobs.of(reference, JobImpactCalculator(reference))


@pytest.fixture(scope="module")
def visitors(jobs):
    return made(jobs)


def made(jobs, sessions=4_000, seed=1, until=UNTIL):
    return World(Size(sessions, 60, until, seed), jobs).visitors()


def events(visitors):
    return [event for visitor in visitors for event in visitor.events]


def properties(visitors, name):
    return [msgspec.json.decode(event.event_data) for event in events(visitors) if event.event_type == name]


def share(visitors, of, among):
    return len(properties(visitors, of)) / len(properties(visitors, among))


def test_the_same_seed_makes_the_same_world_and_another_seed_another(jobs):
    assert made(jobs, 200) == made(jobs, 200)
    assert {event.event_id for event in events(made(jobs, 200))}.isdisjoint(
        event.event_id for event in events(made(jobs, 200, seed=2))
    )


def test_it_has_as_many_sessions_as_were_asked_for_all_named_as_demo(visitors):
    sessions = {event.session_id for event in events(visitors)}

    assert len(sessions) == 4_000
    assert all(session.startswith(DEMO_SESSIONS) for session in sessions)
    assert len({event.event_id for event in events(visitors)}) == len(events(visitors))


def test_every_event_is_one_that_the_api_takes(visitors):
    for event in events(visitors):
        check(event.event_type, bytes(event.event_data))


def test_nothing_lies_ahead_and_steps_come_in_order(visitors):
    sessions = defaultdict(list)
    for event in events(visitors):
        sessions[event.session_id].append(event.timestamp)

    assert all(instants == sorted(instants) for instants in sessions.values())
    assert UNTIL - timedelta(days=61) < min(min(instants) for instants in sessions.values())
    assert max(max(instants) for instants in sessions.values()) <= UNTIL
    assert sum(max(instants) > UNTIL - timedelta(minutes=30) for instants in sessions.values()) >= 8


def test_at_each_step_some_leave(visitors):
    steps = Counter(one["step"] for one in properties(visitors, EventName.STEP_COMPLETED))

    assert len(properties(visitors, EventName.CALCULATOR_OPENED)) == 4_000
    assert 4_000 > steps[1] > len(properties(visitors, EventName.ASSESSMENT_SUBMITTED)) > steps[2] > steps[3] > steps[4]
    assert 0.4 < share(visitors, EventName.ASSESSMENT_SUBMITTED, EventName.CALCULATOR_OPENED) < 0.6
    assert 0.02 < share(visitors, EventName.UPGRADE_CLICKED, EventName.ASSESSMENT_SUBMITTED) < 0.1


def test_channels_convert_differently(visitors):
    opened = Counter(one["source"] for one in properties(visitors, EventName.CALCULATOR_OPENED))
    bought = Counter(one["source"] for one in properties(visitors, EventName.UPGRADE_CLICKED))

    assert set(opened) == {channel.source for channel in (*people.CHANNELS, people.SPIKE)}
    assert bought["newsletter"] / opened["newsletter"] > 3 * bought["facebook"] / opened["facebook"]


def test_upgrades_are_asked_for_at_the_two_prices(visitors):
    assert {one["price_cents"] for one in properties(visitors, EventName.UPGRADE_CLICKED)} == {2_900, 9_900}


def test_people_come_back_by_other_ways_and_robots_only_look(visitors):
    touches = [
        {msgspec.json.decode(event.event_data)["source"] for event in visitor.events if "opened" in event.event_type}
        for visitor in visitors
    ]

    assert sum(visitor.sessions > 1 for visitor in visitors) > 300
    assert sum(len(sources) > 1 for sources in touches) > 100
    robots = [visitor for visitor in visitors if visitor.is_bot]
    assert robots
    assert {event.event_type for event in events(robots)} == {EventName.CALCULATOR_OPENED}


def test_a_campaign_stands_out_and_the_end_has_more_than_the_beginning(visitors):
    days = Counter(event.timestamp.date() for event in events(visitors) if "opened" in event.event_type)
    in_order = [days[day] for day in sorted(days)]
    [(best, most)] = days.most_common(1)
    spiked = [
        event.timestamp.date()
        for event in events(visitors)
        if event.event_type == EventName.CALCULATOR_OPENED and b"ai-jobs-report" in bytes(event.event_data)
    ]

    assert Counter(spiked).most_common(1)[0][0] == best
    assert most > 1.5 * sorted(in_order)[-5]
    assert sum(in_order[-15:-1]) > 1.3 * sum(in_order[1:15])


def test_people_sleep_in_new_york(visitors):
    hours = Counter((event.timestamp - timedelta(hours=5)).hour for event in events(visitors))

    assert sum(hours[hour] for hour in (2, 3, 4)) * 5 < sum(hours[hour] for hour in (10, 11, 12))


def test_titles_are_those_of_the_shipped_occupations(visitors):
    reference = shipped_reference()
    submitted = properties(visitors, EventName.ASSESSMENT_SUBMITTED)

    assert all(reference.occupation(one["occupation"]).title == one["job_title"] for one in submitted)
    assert {one.get("risk_level") for one in submitted} >= {"low", "medium", "high"}


def test_later_answers_are_told_with_what_was_told_before(visitors):
    refined = [event for event in events(visitors) if event.event_type == EventName.ASSESSMENT_REFINED]
    told = [set(one) for one in properties(visitors, EventName.ASSESSMENT_REFINED)]

    assert not any("industry" in one for one in properties(visitors, EventName.ASSESSMENT_SUBMITTED))
    assert {"industry", "experience", "education", "job_title", "occupation", "risk_level"} in told
    assert any("industry" not in one for one in told)
    asked = Counter(one["step"] for one in properties(visitors, EventName.STEP_COMPLETED))
    assert len(refined) == sum(asked[step] for step in people.REFINES)
