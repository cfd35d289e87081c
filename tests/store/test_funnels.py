"""DASH-1: funnels of any steps are those of their rules in words, on both engines; every bar lists who is behind it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from backend.analytics.metrics.catalogue.query import Filter, Operator
from backend.analytics.metrics.funnel.definition import (
    CALCULATOR,
    EventMatch,
    FunnelQuery,
    FunnelScope,
    Order,
    Outcome,
)
from backend.analytics.metrics.funnel.questions import OTHERS, FunnelBar, Group
from backend.analytics.metrics.funnel.service import FunnelService
from backend.clock import utc_now
from tests.catalogue_oracle import key
from tests.catalogue_oracle import moment as moment_of
from tests.funnel_oracle import of_ways, walk
from tests.sessions_oracle import micros

OPENED, STEP, RESULT = "ai_calculator_opened", "calculator_step_completed", "assessment_submitted"
OFFER, UPGRADE = "conversion_offer_viewed", "paid_upgrade_clicked"
STEPS = [
    (OPENED, RESULT, UPGRADE),
    (OPENED, f"{STEP}:2", RESULT),
    (STEP, f"{STEP}:2", STEP),
    (OPENED, OPENED),
    (RESULT, OPENED, RESULT),
]
WINDOWS = [timedelta(seconds=67), timedelta(minutes=31), timedelta(hours=24)]
EXCLUDED = [(), (OFFER, f"{STEP}:3")]


def matches(*names):
    return tuple(map(EventMatch.parse, names))


def asked(period):
    """Every order with every choice of steps; windows and exclusions in turn."""
    for number, (order, names) in enumerate(product(Order, STEPS)):
        excluded = () if STEP in names else EXCLUDED[number % 2]
        yield FunnelQuery(period, matches(*names), WINDOWS[number % 3], order, exclude=matches(*excluded))


@pytest.fixture
def moment():
    return utc_now().replace(second=0, microsecond=0)


@pytest.fixture
def funnels(warehouse, moment):
    return FunnelService(warehouse, lambda: moment)


@pytest.fixture
def paths(events, visits):
    """Every session with its events as the oracle takes them."""
    streams = defaultdict(list)
    for row in events:
        streams[row["session_id"]].append((row["timestamp"], row["event_type"], row["step"]))
    return [
        (visit, [e for e in streams[visit["session_id"]] if visit["started_at"] <= micros(e[0]) <= visit["ended_at"]])
        for visit in visits
    ]


def walks(paths, query):
    """Who entered in the period, each with the session it entered in."""
    paths = [pair for pair in paths if query.bots or not pair[0]["is_bot"]]
    if query.scope is FunnelScope.VISITOR:
        found = [entered(pairs, query) for pairs in by_person(paths)]
    else:
        found = [(visit, walk(path, query)) for visit, path in paths]
    return [(visit, way) for visit, way in found if way and query.period.start <= way.entered < query.period.end]


def rule(entered_in, moment, query):
    """The funnel of walks by its rule; a session is over half an hour after its last event."""
    sessions = query.scope is FunnelScope.SESSION
    ended = [moment_of(visit["ended_at"]) for visit, _ in entered_in] if sessions else None
    return of_ways([way for _, way in entered_in], moment, query.steps, query.window, ended)


def by_person(paths):
    people = defaultdict(list)
    for visit, path in paths:
        people[visit["user_id"] or visit["visitor_id"] or visit["session_id"]].append((visit, path))
    return people.values()


def entered(pairs, query):
    """A visitor's way, and the session of its first event."""
    way = walk([event for _, path in pairs for event in path], query, query.period.start, query.period.end)
    opening = [
        (visit["session_key"], visit["started_at"], visit)
        for visit, path in pairs
        if way and any(event[0] == way.reached[0] and event[1] == query.steps[0].event for event in path)
    ]
    return (min(opening, key=lambda found: found[:2])[2] if opening else None), way


def same(found, expected):
    """Counts are the same, times to the microsecond."""
    assert [(s.name, s.sessions, s.dropoff, s.from_first) for s in found.steps] == [
        (s.name, s.sessions, s.dropoff, s.from_first) for s in expected.steps
    ]
    for step, other in zip(found.steps, expected.steps, strict=True):
        assert step.median_seconds == pytest.approx(other.median_seconds, abs=1e-6)
        assert step.p90_seconds == pytest.approx(other.p90_seconds, abs=1e-6)
    assert found.immature == expected.immature


def test_funnels_of_every_order_window_and_exclusion_are_those_of_their_rules(funnels, paths, periods, moment):
    seen = set()
    for query in asked(periods[3]):
        found = funnels.answer(query).funnel
        same(found, rule(walks(paths, query), moment, query))
        seen.add(tuple(step.sessions for step in found.steps))

    assert len(seen) > 10


CONDITIONS = [
    (Filter("source", Operator.NOT_IN, ("search",)), lambda visit: visit["source"] != "search"),
    (Filter("source", Operator.NOT_IN, ("search", "")), lambda visit: visit["source"] not in ("search", None)),
    (Filter("source", Operator.IN, ("",)), lambda visit: visit["source"] is None),
    (Filter("source", Operator.CONTAINS, ("EAR", "ai")), lambda visit: visit["source"] in ("search", "mail")),
]


@pytest.mark.parametrize("scope", FunnelScope)
def test_a_filter_is_about_the_session_in_which_the_first_step_was_taken(funnels, paths, periods, moment, scope):
    for condition, keeps in CONDITIONS:
        query = FunnelQuery(periods[3], matches(OPENED, RESULT, UPGRADE), scope=scope, filters=(condition,))
        kept = [(visit, way) for visit, way in walks(paths, query) if keeps(visit)]

        found = funnels.answer(query).funnel

        same(found, rule(kept, moment, query))
        assert found.steps[0].sessions


def test_visitors_go_on_in_later_sessions(funnels, paths, periods, moment):
    for period, order in product(periods[2:4], Order):
        window = timedelta(hours=1) if order is Order.STRICT else timedelta(days=40)
        query = FunnelQuery(
            period, matches(OPENED, RESULT, UPGRADE), window, order, FunnelScope.VISITOR, matches(OFFER)
        )
        same(funnels.answer(query).funnel, rule(walks(paths, query), moment, query))


def test_the_calculators_steps_are_the_same_from_sessions_and_from_events(funnels, periods):
    for period in periods[2:4]:
        query = FunnelQuery(period)
        nothing = matches("never_sent")

        assert query.is_of_columns
        assert funnels.answer(query).funnel == funnels.answer(replace(query, exclude=nothing)).funnel


def test_groups_are_those_of_the_session_and_the_others_are_summed(funnels, paths, periods, moment):
    few = matches(OPENED, RESULT)
    for steps, name, limit in ((CALCULATOR, "first_seen_week", 10), (few, "job_title", 1), (few, "source", 2)):
        query = FunnelQuery(periods[3], steps, breakdown=name, limit=limit)
        report, entered_in = funnels.answer(query), walks(paths, query)
        alone = [group.key for group in report.groups if not group.others]
        sizes = Counter(key(visit, name) for visit, _ in entered_in)

        assert [sizes[key] for key in alone] == sorted(sizes.values(), reverse=True)[:limit]
        for group in report.groups:
            wanted = set(sizes) - set(alone) if group.others else {group.key}
            ways = [pair for pair in entered_in if key(pair[0], name) in wanted]
            same(group.funnel, rule(ways, moment, query))
            assert group.keys == len(wanted)
        assert sum(group.funnel.immature for group in report.groups) == report.funnel.immature


def test_what_is_compared_is_the_answer_about_the_other_period(funnels, periods, moment):
    query = FunnelQuery(periods[0], matches(OPENED, RESULT), breakdown="source", limit=1, compare="previous_period")
    report = funnels.answer(query)
    other = funnels.answer(replace(query, period=report.compared, compare=None))

    assert report.compared == periods[0].preceding("previous_period", moment)
    assert report.before == other.funnel
    assert sum(g.before.steps[1].sessions for g in report.groups) == other.funnel.steps[1].sessions


def bars(report):
    """Every bar there is: of the whole and of each group, reached and dropped, with what it counts."""
    found = [(None, report.funnel)]
    found += [(OTHERS if group.others else Group((group.key,)), group.funnel) for group in report.groups]
    for group, funnel in found:
        for number, step in enumerate(funnel.steps, 1):
            yield FunnelBar(number, Outcome.REACHED, group), step.sessions
            yield FunnelBar(number, Outcome.DROPPED, group), step.dropoff


@pytest.mark.parametrize("warehouse", ["duckdb"], indirect=True)
@pytest.mark.parametrize("scope", FunnelScope)
def test_every_bar_lists_as_many_as_it_counts(funnels, periods, scope):
    common = {"breakdown": "source", "limit": 1, "scope": scope}
    queries = [FunnelQuery(periods[3], matches(OPENED, RESULT, OFFER), order=order, **common) for order in Order]
    for query in [*queries, FunnelQuery(periods[3], CALCULATOR[:3], **common)]:
        for bar, count in bars(funnels.answer(query)):
            listed = funnels.behind(query, bar, 1_000, 0)

            assert (listed.total, len(listed.rows)) == (count, count)
            wanted = range(bar.step, 9) if bar.outcome is Outcome.REACHED else [bar.step - 1]
            assert {row.reached for row in listed.rows} <= set(wanted)


def test_a_list_comes_in_pages_the_latest_first(funnels, paths, periods):
    query, bar = FunnelQuery(periods[3], matches(OPENED, RESULT)), FunnelBar(1, Outcome.REACHED)
    pages = [funnels.behind(query, bar, 50, offset).rows for offset in range(0, 300, 50)]
    rows = [row for page in pages for row in page]
    expected = {
        (visit["session_key"], micros(at[0])): (len(at), (at[-1] - at[0]).total_seconds())
        for visit, at in ((visit, way.reached) for visit, way in walks(paths, query))
    }

    assert len(pages[0]) == 50
    assert [row.entered_at for row in rows] == sorted((row.entered_at for row in rows), reverse=True)
    assert {(r.session_key, micros(r.entered_at)): (r.reached, r.seconds) for r in rows} == expected
