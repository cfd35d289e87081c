"""A lake with a world of seeded visits in it, behind both engines."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.events.names import EventName
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.sync import LakeSync
from backend.analytics.metrics.period import Period
from backend.analytics.warehouse.clickhouse import ClickHouseEngine
from backend.analytics.warehouse.service import Warehouse
from backend.analytics.warehouse.snapshots import Snapshots
from backend.clock import utc_now
from backend.extensions import db
from backend.plugins import get
from tests.catalogue_oracle import with_doings, with_first_seen
from tests.conftest import close, make_app, make_settings
from tests.landing_rows import landing_row
from tests.sessions_oracle import COLUMNS, sessions

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
        who = {
            "session_id": f"s{number}",
            "visitor_id": random.choice([None, f"v{number % 50}"]),
            "is_bot": number % 11 == 0,
            "country": random.choice(["US", "IN", None]),
        }
        shared = {"source": random.choice(["search", "mail", None]), "medium": random.choice(["cpc", None])}
        shared |= {
            "page": random.choice(["/", "/jobs/registered-nurses?ref=1", None]),
            "browser": random.choice(["Chrome", "Samsung Internet", None]),
            "os": random.choice(["iOS", 7]),
        }
        way = [*ORDER[: random.randrange(1, 9)], *random.choice([[], [("web_vitals", {})]])]
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
        level, occupation = random.choice(["low", "medium", "high", None]), random.choice(["29-1141", "15-1252", None])
        return {"risk_level": level, "occupation": occupation, "job_title": random.choice(["Nurse", "coder, C++"])}
    return shared


@pytest.fixture(scope="module")
def landing():
    """Seeded traffic until now, as the landing table takes it."""
    random = Random(20_261_121)
    rows = list(traffic(random, datetime.now(UTC)))
    for row in rows:
        row["event_id"] = UUID(int=random.getrandbits(128))
    return rows


def fill(landing):
    """Put the traffic into the landing table of the current app and bring its lake up to date."""
    with db.engine.begin() as connection:
        connection.execute(sa.insert(AnalyticsEvent), landing)
    get(LakeSync).run()


@pytest.fixture(scope="module")
def world_app(migrated_sqlite, tmp_path_factory, landing):
    """An app with the traffic in its lake, for all tests of a file, which only read."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(migrated_sqlite, folder / "mingus.db")
    app = make_app(make_settings(folder))
    with app.app_context():
        fill(landing)
    yield app
    close(app)


@pytest.fixture
def world(world_app):
    with world_app.app_context():
        yield get(Lake)


@pytest.fixture(params=["duckdb", "clickhouse"])
def warehouse(request, world):
    """Each engine, over one landing: what a lake holds is the same behind each of them, as test_landings proves."""
    if request.param == "duckdb":
        return get(Warehouse)
    engine = ClickHouseEngine(request.getfixturevalue("clickhouse_url"))
    return Warehouse(engine, Snapshots(world), utc_now)


@pytest.fixture(scope="module")
def events(world_app):
    with world_app.app_context():
        return get(Lake).open("events").to_pyarrow_table().to_pylist()


@pytest.fixture(scope="module")
def visits(events):
    """Every session by the rule, as a mapping, and when its person was first seen."""
    rows = with_first_seen([dict(zip(COLUMNS, row, strict=True)) for row in sessions(events)])
    return with_doings(rows, events)


@pytest.fixture
def periods():
    """Days in which clocks are set, a zone of half hours, days that are still open, all of them, and none."""
    today = datetime.now(UTC).date()
    return [
        Period.between(date(2026, 3, 7), date(2026, 3, 8), "America/New_York", utc_now()),
        Period.between(date(2026, 3, 6), date(2026, 3, 9), "Asia/Kolkata", utc_now()),
        Period.between(today - timedelta(days=2), today, "Asia/Tehran", utc_now()),
        Period.between(date(2026, 3, 1), today, "America/New_York", utc_now()),
        Period.between(date(2025, 1, 1), date(2025, 1, 2), "UTC", utc_now()),
    ]
