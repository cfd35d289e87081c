"""DASH-1, NUM-3: DuckDB and ClickHouse answer as the rules say."""

from __future__ import annotations

from collections import defaultdict

import pytest

from backend.analytics.events.names import EventName
from backend.analytics.metrics.funnel.definition import FunnelQuery
from backend.analytics.metrics.funnel.service import FunnelService
from backend.clock import utc_now
from tests.funnel_oracle import funnel
from tests.sessions_oracle import ALL_SESSIONS, COLUMNS, micros, step_name


def test_all_sessions_are_those_of_the_rule(warehouse, events, visits):
    assert len({row["started_at"] // 86_400_000_000 for row in visits}) > 5
    found = warehouse.ask(ALL_SESSIONS).rows

    assert sorted(found, key=repr) == sorted(map(tuple, (row.values() for row in map(in_order, visits))), key=repr)


def in_order(row):
    return {name: row[name] for name in COLUMNS}


@pytest.mark.parametrize("bots", [False, True])
def test_the_funnel_is_that_of_its_rule(warehouse, events, visits, periods, bots):
    now = utc_now().replace(second=0, microsecond=0)
    funnels = FunnelService(warehouse, lambda: now)
    paths = defaultdict(list)
    for row in events:
        for visit in (v for v in visits if v["session_id"] == row["session_id"]):
            if visit["started_at"] <= micros(row["timestamp"]) <= visit["ended_at"] and (bots or not visit["is_bot"]):
                paths[visit["session_id"], visit["started_at"]].append((row["timestamp"], step_name(row)))

    for period in periods:
        entered = {key: path for key, path in paths.items() if opened_in(period, path)}
        expected = funnel(entered, now)
        found = funnels.answer(FunnelQuery(period, bots=bots)).funnel
        for step, other in zip(found.steps, expected.steps, strict=True):
            assert (step.name, step.sessions, step.dropoff) == (other.name, other.sessions, other.dropoff)
            assert step.median_seconds == pytest.approx(other.median_seconds)
            assert step.p90_seconds == pytest.approx(other.p90_seconds)
        assert found.immature == expected.immature


def opened_in(period, path):
    opened = [instant for instant, name in path if name == EventName.CALCULATOR_OPENED]
    return bool(opened) and period.start <= min(opened) < period.end
