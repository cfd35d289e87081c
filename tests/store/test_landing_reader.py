"""Whoever reads the landing table on from a position misses no row and meets none twice, however writers overlap."""

from __future__ import annotations

import json
import random
import threading
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from backend.analytics.events.landing_reader import LandingReader, LandingRow, LandingWentBack
from backend.analytics.events.models import AnalyticsEvent
from backend.extensions import db

NOW = datetime(2026, 11, 21, 9, 0, 0, 999999, tzinfo=UTC)


@pytest.fixture
def engine(any_app):
    with any_app.app_context():
        return db.engine


@pytest.fixture
def postgresql_engine(postgresql_url):
    engine = sa.create_engine(postgresql_url)
    yield engine
    engine.dispose()


def row(**given):
    return {
        "event_id": uuid4(),
        "event_type": "ai_calculator_opened",
        "session_id": "s-1",
        "timestamp": NOW,
        "event_data": {},
        "created_at": NOW,
        **given,
    }


def write(session, count=1, **given):
    """Insert rows in the session's transaction and return their ids as a reader shows them."""
    rows = [row(**given) for _ in range(count)]
    session.execute(sa.insert(AnalyticsEvent), rows)
    return {str(written["event_id"]) for written in rows}


def stored(engine, count=1, **given):
    with Session(engine) as session, session.begin():
        return write(session, count, **given)


def read(engine, after=0, limit=1_000):
    """Return the event ids of a batch, in a list, and its position."""
    with Session(engine) as session:
        batch = LandingReader(session).batch(after, limit)
        return [LandingRow(*found).event_id for found in batch.rows], batch.position


def read_all(engine, limit, after=0):
    found, (ids, position) = [], read(engine, after, limit)
    while ids:
        found += [ids]
        ids, position = read(engine, position, limit)
    return found


def test_gives_each_column_as_it_was_stored(engine):
    told = {"user_id": "u", "visitor_id": "v", "country": "US", "region": "US-GA", "device": "phone", "is_bot": True}
    [event_id] = stored(engine, event_data={"source": "größe", "n": [1.5, None]}, **told)

    with Session(engine) as session:
        batch = LandingReader(session).batch(0, 10)

    found = LandingRow(*batch.rows[0])
    assert UUID(found.event_id) == UUID(event_id)
    assert found.timestamp == found.received_at == 1_795_251_600_999_999
    assert told.items() <= found._asdict().items()
    assert batch.columns()["session_id"] == ("s-1",)
    assert json.loads(found.event_data) == {"source": "größe", "n": [1.5, None]}


def test_an_empty_batch_has_empty_columns_and_keeps_its_position(engine):
    with Session(engine) as session:
        batch = LandingReader(session).batch(LandingReader(session).end(), 10)
        assert set(batch.columns()) == set(LandingRow._fields)
        assert batch.position == LandingReader(session).end()


def test_batches_add_up_to_all_rows_each_once(engine):
    ids = set().union(*(stored(engine) for _ in range(25)))

    batches = read_all(engine, limit=10)

    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert set().union(*batches) == ids


def test_begins_behind_all_that_is_there(engine):
    stored(engine, 3)
    with Session(engine) as session:
        end = LandingReader(session).end()
    later = stored(engine, 2)

    assert set(read(engine, end)[0]) == later


def test_shows_what_is_left_of_a_batch(engine):
    stored(engine, 3)
    _, position = read(engine)
    stored(engine)
    with Session(engine) as session, session.begin():
        session.execute(sa.delete(AnalyticsEvent).where(AnalyticsEvent.id == 2))

    with Session(engine) as session:
        left = LandingReader(session).between(0, position)

    assert sorted(LandingRow(*found).id for found in left) == [1, 3]


def test_says_that_the_table_was_restored_instead_of_passing_new_rows_by(engine):
    stored(engine)

    with pytest.raises(LandingWentBack, match="was it restored"):
        read(engine, after=2**40)


def test_waits_for_the_older_transaction_that_commits_later(postgresql_engine):
    with Session(postgresql_engine) as older, older.begin():
        first = write(older)
        second = stored(postgresql_engine)
        early, position = read(postgresql_engine)

    late, _ = read(postgresql_engine, position)

    assert early == []
    assert set(late) == first | second


def test_a_transaction_is_never_split(postgresql_engine):
    small, large = stored(postgresql_engine, 2), stored(postgresql_engine, 7)
    last = stored(postgresql_engine, 2)

    batches = read_all(postgresql_engine, limit=4)

    assert [set(batch) for batch in batches] == [small, large, last]


def test_reading_for_the_lake_keeps_no_writer_waiting(app):
    with app.app_context(), Session(db.engine) as reading:
        reading.connection(execution_options={"reads_only": True})
        LandingReader(reading).batch(0, 10)
        with db.engine.connect() as writing:
            writing.exec_driver_sql("PRAGMA busy_timeout = 0")
            writing.rollback()
            with Session(writing) as session:
                write(session)
                session.commit()


def test_reads_each_committed_row_once_while_writers_overlap(engine):
    committed, lock = set(), threading.Lock()

    def work(seed):
        chance = random.Random(seed)
        for _ in range(30):
            with Session(engine) as session:
                ids = write(session, chance.randint(1, 5))
                session.execute(sa.text("SELECT 1"))
                if chance.random() < 0.2:
                    continue
                session.commit()
            with lock:
                committed.update(ids)

    writers = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for writer in writers:
        writer.start()
    found, position = [], 0
    while any(writer.is_alive() for writer in writers):
        ids, position = read(engine, position, limit=7)
        found += ids
    found += [event_id for ids in read_all(engine, 7, position) for event_id in ids]

    assert len(found) == len(set(found))
    assert set(found) == committed
