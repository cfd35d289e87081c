"""DASH-8, NUM-3: DuckDB and ClickHouse, over landings in SQLite and PostgreSQL, answer as the rules say."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.events.names import EventName
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.sync import LakeSync
from backend.analytics.metrics.funnel import SMALLEST_DENOMINATOR
from backend.analytics.metrics.period import Period
from backend.analytics.metrics.service import DashboardService
from backend.analytics.warehouse.clickhouse import ClickHouseEngine
from backend.analytics.warehouse.engine import ALL_SESSIONS
from backend.analytics.warehouse.service import Warehouse
from backend.analytics.warehouse.snapshots import Snapshots
from backend.clock import utc_now
from backend.extensions import db
from backend.plugins import get
from tests.funnel_oracle import funnel
from tests.landing_rows import landing_row
from tests.sessions_oracle import COLUMNS, micros, sessions, step_name

# Clocks in New York are set forward in these days; the others are still open.
LONG_AGO = datetime(2026, 3, 6, 20, tzinfo=UTC)
ORDER = [
    (EventName.CALCULATOR_OPENED, {}),
    *((EventName.STEP_COMPLETED, {"step": number}) for number in range(1, 5)),
    (EventName.ASSESSMENT_SUBMITTED, {"job_title": "Nurse"}),
    (EventName.OFFER_VIEWED, {}),
    (EventName.UPGRADE_CLICKED, {}),
]


def traffic(random, now):
    """Landing rows of visitors who go some way, sometimes back, sometimes away and on again."""
    for number in range(240):
        recent = number % 3 == 0
        at = (now - timedelta(days=3) if recent else LONG_AGO) + timedelta(seconds=random.randrange(3 * 86_400))
        who = {"session_id": f"s{number}", "is_bot": number % 11 == 0, "country": random.choice(["US", "IN", None])}
        shared = {"source": random.choice(["search", "mail", None]), "medium": random.choice(["cpc", None])}
        way = ORDER[: random.randrange(1, 9)]
        for name, data in way if random.random() < 0.8 else [*way, *random.sample(way, len(way))]:
            if at < now:
                yield landing_row(
                    **who, event_type=name, timestamp=at, event_data=data | properties(random, name, shared)
                )
            at += timedelta(microseconds=random.choice([0, 7_000_000, 61_500_000, 1_800_000_000, 1_800_000_001]))


def properties(random, name, shared):
    if name == EventName.UPGRADE_CLICKED:
        return {"price_cents": random.choice([900, 4_900]), "currency": random.choice(["USD", "USD", "EUR"])}
    if name == EventName.ASSESSMENT_SUBMITTED:
        return {"risk_level": random.choice(["low", "medium", "high", None])}
    return shared


@pytest.fixture
def lake(any_app):
    """The lake behind a landing table full of seeded traffic, synced."""
    random = Random(20_261_121)
    rows = list(traffic(random, datetime.now(UTC)))
    for row in rows:
        row["event_id"] = UUID(int=random.getrandbits(128))
    with any_app.app_context():
        with db.engine.begin() as connection:
            connection.execute(sa.insert(AnalyticsEvent), rows)
        get(LakeSync).run()
        yield get(Lake)


@pytest.fixture(params=["duckdb", "clickhouse"])
def warehouse(request, lake):
    if request.param == "duckdb":
        return get(Warehouse)
    engine = ClickHouseEngine(request.getfixturevalue("clickhouse_url"))
    return Warehouse(engine, Snapshots(lake), utc_now)


@pytest.fixture
def events(lake):
    return lake.open("events").to_pyarrow_table().to_pylist()


@pytest.fixture
def visits(events):
    """Every session by the rule, as a mapping."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in sessions(events)]


def periods():
    today = datetime.now(UTC).date()
    return [
        Period.between(date(2026, 3, 7), date(2026, 3, 8), "America/New_York", utc_now()),
        Period.between(date(2026, 3, 6), date(2026, 3, 9), "Asia/Kolkata", utc_now()),
        Period.between(today - timedelta(days=2), today, "Asia/Tehran", utc_now()),
        Period.between(date(2026, 3, 1), today, "America/New_York", utc_now()),
        Period.between(date(2025, 1, 1), date(2025, 1, 2), "UTC", utc_now()),
    ]


def of(period, visits, bots):
    start, end = micros(period.start.astimezone(UTC)), micros(period.end.astimezone(UTC))
    return [row for row in visits if start <= row["started_at"] < end and (bots or not row["is_bot"])]


def test_all_sessions_are_those_of_the_rule(warehouse, events, visits):
    assert len({row["started_at"] // 86_400_000_000 for row in visits}) > 5
    found = warehouse.ask(ALL_SESSIONS).rows

    assert sorted(found, key=repr) == sorted(map(tuple, (row.values() for row in map(in_order, visits))), key=repr)


def in_order(row):
    return {name: row[name] for name in COLUMNS}


@pytest.mark.parametrize("bots", [False, True])
def test_the_funnel_is_that_of_its_rule(warehouse, events, visits, bots):
    now = utc_now().replace(second=0, microsecond=0)
    dashboards = DashboardService(warehouse, lambda: now)
    paths = defaultdict(list)
    for row in events:
        for visit in (v for v in visits if v["session_id"] == row["session_id"]):
            if visit["started_at"] <= micros(row["timestamp"]) <= visit["ended_at"] and (bots or not visit["is_bot"]):
                paths[visit["session_id"], visit["started_at"]].append((row["timestamp"], step_name(row)))

    for period in periods():
        entered = {key: path for key, path in paths.items() if opened_in(period, path)}
        expected = funnel(entered, now)
        found = dashboards.funnel(period, bots=bots).funnel
        for step, other in zip(found.steps, expected.steps, strict=True):
            assert (step.name, step.sessions, step.dropoff) == (other.name, other.sessions, other.dropoff)
            assert step.median_seconds == pytest.approx(other.median_seconds)
            assert step.p90_seconds == pytest.approx(other.p90_seconds)
        assert found.immature == expected.immature


def opened_in(period, path):
    opened = [instant for instant, name in path if name == EventName.CALCULATOR_OPENED]
    return bool(opened) and period.start <= min(opened) < period.end


def test_conversions_are_counted_by_risk_level(warehouse, visits):
    for period in periods():
        assessed = [row for row in of(period, visits, bots=False) if row["submitted_at"]]
        levels = DashboardService(warehouse, utc_now).conversions(period).levels

        assert {level.risk_level: level.assessed for level in levels} == Counter(row["risk_level"] for row in assessed)
        for level in levels:
            mine = [row for row in assessed if row["risk_level"] == level.risk_level]
            assert level.offered == sum(row["offer_viewed_at"] is not None for row in mine)
            assert level.upgraded == sum(row["upgrade_at"] is not None for row in mine)
            assert (level.rate is None) == (len(mine) < SMALLEST_DENOMINATOR)


def test_revenue_falls_on_the_readers_day_in_its_own_currency(warehouse, visits):
    for period in periods():
        expected = Counter()
        for row in of(period, visits, bots=False):
            if row["revenue_cents"] is not None:
                began = datetime.fromtimestamp(row["started_at"] // 1_000_000, ZoneInfo(period.timezone))
                expected[began.date(), row["source"], row["currency"]] += row["revenue_cents"]
        revenue = DashboardService(warehouse, utc_now).revenue(period)

        assert {(day.day, day.source, day.currency): day.cents for day in revenue.days} == expected
