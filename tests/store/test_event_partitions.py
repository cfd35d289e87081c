"""PostgreSQL's landing table: partitions made ahead of time, ids forgotten after a week, old rows dropped once read."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.orm import Session

from backend.analytics.events.event import UNKNOWN, Event, as_json
from backend.analytics.events.ids import new_event_id
from backend.analytics.events.landing.group import GroupCommit
from backend.analytics.events.landing.rows import rows_of
from backend.analytics.events.landing.table import LandingTable
from backend.analytics.events.landing.upkeep import EventIds, LandingPartitions
from backend.analytics.events.landing_reader import LandingReader
from backend.database import get_db_session
from backend.plugins import get
from tests.conftest import close, make_app, make_settings

LONG_AGO, FAR_AHEAD = datetime(2020, 1, 15, 12, tzinfo=UTC), datetime(2044, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def session(postgresql_url, tmp_path):
    app = make_app(make_settings(tmp_path, DATABASE_URL=SecretStr(postgresql_url)))
    with app.app_context():
        yield get_db_session()
    close(app)


@pytest.fixture
def any_session(any_app):
    with any_app.app_context():
        yield get_db_session()


def land(received_at, event_id=None):
    event = Event(event_id or new_event_id(), "it_happened", "s", None, received_at, as_json({}))
    return not get(GroupCommit).commit(rows_of([event], UNKNOWN, received_at))


def rows_in(session, table):
    return session.scalar(sa.text(f"SELECT count(*) FROM {table}"))


def await_someone_waiting_for_a_lock(engine):
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(500):
        with engine.connect() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_fresh_installation_has_partitions_for_this_month_and_the_next_three(session):
    land(datetime.now(UTC))

    assert get(LandingPartitions).ensure() <= 1  # a month may have begun since this database was made
    assert len(LandingTable(session).partitions()) >= 4
    assert rows_in(session, "analytics_events_default") == 0


def test_partitions_are_made_ahead_of_the_year_and_take_their_rows_out_of_the_default(session):
    land(FAR_AHEAD)
    land(FAR_AHEAD + DAY)
    land(LONG_AGO)
    before = session.execute(sa.text("SELECT * FROM analytics_events ORDER BY id")).all()
    session.rollback()

    made = LandingPartitions(LandingTable(session), session, lambda: FAR_AHEAD).ensure()

    assert made == 4
    assert rows_in(session, "analytics_events_2044_12") == rows_in(session, "analytics_events_2045_01") == 1
    assert rows_in(session, "analytics_events_2045_03") == 0
    assert rows_in(session, "analytics_events_default") == 1
    assert session.execute(sa.text("SELECT * FROM analytics_events ORDER BY id")).all() == before
    assert LandingPartitions(LandingTable(session), session, lambda: FAR_AHEAD).ensure() == 0


def test_an_id_counts_once_for_a_week(session):
    now = datetime.now(UTC)
    land(now - 8 * DAY, UUID(int=1))
    land(now - 6 * DAY, UUID(int=2))

    assert get(EventIds).forget() == 1

    assert land(now, UUID(int=1))
    assert not land(now, UUID(int=2))


def test_rows_leave_when_they_are_old_and_have_been_read(any_session):
    table, now = LandingTable(any_session), datetime.now(UTC)
    old, older = now - DAY, now - 2 * DAY
    land(older)
    land(old)
    position = LandingReader(any_session).end()
    any_session.rollback()
    land(older)
    land(now)

    assert table.drop_before(old, position, 100) == 1
    assert table.drop_before(now, position, 100) == 1
    assert table.drop_before(now, position, 100) == 0
    assert rows_in(any_session, "analytics_events") == 2


def test_a_month_leaves_with_its_partition_once_it_is_read(session):
    table = LandingTable(session)
    table.add_partitions({datetime(2020, 1, 1, tzinfo=UTC)})
    session.commit()
    land(LONG_AGO)
    unread = session.scalar(sa.text("SELECT transaction_id FROM analytics_events"))
    over = datetime(2020, 2, 1, tzinfo=UTC)

    assert table.drop_before(over, unread, 10) == 0
    assert table.drop_before(over - DAY, unread + 1, 0) == 0
    assert table.drop_before(over, unread + 1, 10) == 1
    assert datetime(2020, 1, 1, tzinfo=UTC) not in table.partitions()


def test_a_row_committed_while_its_month_is_being_dropped_keeps_the_month(session):
    LandingTable(session).add_partitions({datetime(2020, 1, 1, tzinfo=UTC)})
    session.commit()
    land(LONG_AGO)
    position = LandingReader(session).end()
    session.rollback()
    columns = "event_type, session_id, timestamp, event_data, created_at, is_bot"
    copied = f"SELECT gen_random_uuid(), {columns} FROM analytics_events"
    engine, over = session.get_bind(), datetime(2020, 2, 1, tzinfo=UTC)
    with engine.connect() as writer, Session(engine) as other, ThreadPoolExecutor(1) as thread:
        writer.execute(sa.text(f"INSERT INTO analytics_events (event_id, {columns}) {copied}"))
        dropping = thread.submit(LandingTable(other).drop_before, over, position, 0)
        await_someone_waiting_for_a_lock(engine)
        writer.commit()
        assert dropping.result() == 0
        other.commit()

    assert rows_in(session, "analytics_events_2020_01") == 2
