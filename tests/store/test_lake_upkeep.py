"""The lake stays quick to read, and forgets what its time is over for. CAP-9"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from backend.analytics.events.models import EventCursor
from backend.analytics.lake.delta import LANDING, REBUILDING, Lake
from backend.analytics.lake.freshness import Freshness
from backend.analytics.lake.landing import LandingRetention
from backend.analytics.lake.overview import LakeInspection
from backend.analytics.lake.progress import Progress
from backend.analytics.lake.sync import LakeSync, Synced
from backend.analytics.lake.sync_failures import SyncFailed
from backend.analytics.lake.upkeep import LakeUpkeep
from backend.extensions import db
from backend.faults import Faults
from backend.plugins import get
from tests.landing_rows import NOW, in_lake, landed, store

MONTHS_AGO = NOW - timedelta(days=70)


@pytest.fixture
def engine(any_app):
    with any_app.app_context():
        yield db.engine


@pytest.fixture
def lake(app):
    with app.app_context():
        yield get(Lake)


def sync():
    return get(LakeSync).run()


def fill(commits, **given):
    ids = set()
    for _ in range(commits):
        ids |= store(db.engine, 2, **given)
        sync()
    return ids


def test_compaction_joins_the_files_of_a_day_and_keeps_every_row(lake):
    ids = fill(9)
    crowded = len(lake.snapshot("events").files)

    get(LakeUpkeep).compact()

    assert (crowded, len(lake.snapshot("events").files)) == (9, 1)
    assert in_lake(lake) == sorted(ids)
    assert lake.mark("events", LANDING) == 18


def test_a_few_small_files_are_left_alone(lake):
    fill(3)

    assert get(LakeUpkeep).compact().removed == 0


def test_an_append_in_mid_compaction_is_neither_lost_nor_doubled(lake):
    ids = fill(9)
    base = lake.open("events")
    ids |= fill(1)

    get(LakeUpkeep)._join(base, NOW.date())

    assert in_lake(lake) == sorted(ids)
    ids |= fill(1)
    assert in_lake(lake) == sorted(ids)


def test_a_vacuum_keeps_what_readers_may_still_need(lake, tmp_path):
    fill(9)
    before = parquet(tmp_path)
    get(LakeUpkeep).compact()

    assert get(LakeUpkeep).vacuum() == 0
    assert before < parquet(tmp_path)


def test_a_vacuum_deletes_what_a_killed_writer_left(lake, tmp_path):
    ids = fill(1)
    [file] = parquet(tmp_path, "events")
    for name in ("part-left-behind.parquet", "part-in-pieces.parquet#1"):
        file.with_name(name).write_bytes(file.read_bytes())

    assert get(LakeUpkeep).vacuum() == 2

    assert list(file.parent.iterdir()) == [file]
    assert in_lake(lake) == sorted(ids)


def parquet(folder, table="*"):
    return {path for path in (folder / "lake").glob(f"{table}/**/*.parquet") if "_delta_log" not in path.parts}


def test_days_leave_the_lake_when_their_time_is_over(lake):
    kept = fill(1, timestamp=NOW - timedelta(days=2))
    fill(1, timestamp=NOW - timedelta(days=3))
    upkeep = LakeUpkeep(lake, timedelta(days=2), Faults(), lambda: NOW)

    assert upkeep.forget_old_days() == 1

    assert in_lake(lake) == sorted(kept)
    assert upkeep.forget_old_days() == 0


def retention(*readers):
    return LandingRetention(get(Lake), lambda: Session(db.engine), timedelta(days=30), readers, lambda: NOW)


def test_landing_rows_are_dropped_once_they_are_in_the_lake_and_old(engine):
    old = store(engine, 3, timestamp=MONTHS_AGO)
    young = store(engine, 2)
    assert retention().drop() == 0
    sync()
    unsynced = store(engine, 1, timestamp=MONTHS_AGO)

    assert retention().drop() == 3

    assert landed(engine) == sorted(young | unsynced)
    assert in_lake(get(Lake)) == sorted(old | young)
    sync()
    assert in_lake(get(Lake)) == sorted(old | young | unsynced)


def test_landing_rows_wait_for_every_reader(engine):
    store(engine, 3, timestamp=MONTHS_AGO)
    sync()
    with Session(engine) as session, session.begin():
        session.add(EventCursor(name="ga4", position=0, updated_at=NOW))

    assert retention("ga4").drop() == 0
    assert retention().drop() == 3


def test_landing_rows_wait_for_a_rebuild_to_end(engine):
    store(engine, 3, timestamp=MONTHS_AGO)
    sync()
    lake = get(Lake)
    lake.commit(lake.open("events"), {REBUILDING: 1})

    assert retention().drop() == 0


def test_the_overview_says_how_far_the_lake_is_behind(engine):
    now = datetime.now(UTC)
    store(engine, 2, timestamp=now)
    sync()
    store(engine, 3, timestamp=now - timedelta(minutes=1))

    found = get(LakeInspection).look()

    assert found.rows_behind == 3
    assert timedelta(minutes=1) <= found.behind < timedelta(minutes=2)
    [events] = [table for table in found.tables if table.name == "events"]
    assert (events.rows, events.files, events.days) == (2, 1, {now.date()})
    assert events.bytes > 0


class Clockwork:
    """A sync and a clock that do what the test says."""

    def __init__(self):
        self.now = NOW
        self.syncs = 0
        self.fails = False
        self.freshness = Freshness(self.sync, lambda: Session(db.engine), timedelta(seconds=10), lambda: self.now)

    def sync(self):
        self.syncs += 1
        if self.fails:
            raise SyncFailed
        return Synced(0, frozenset(), Progress(0, self.now))


def test_a_question_syncs_first_when_the_lake_was_never_synced_or_too_long_ago(app):
    with app.app_context():
        store(db.engine)
        assert get(Freshness).ensure() is not None
        assert len(in_lake(get(Lake))) == 1

        store(db.engine)
        get(Freshness).ensure(timedelta(hours=1))
        assert len(in_lake(get(Lake))) == 1
        as_of = get(Freshness).ensure(timedelta(0))

        assert len(in_lake(get(Lake))) == 2
        assert datetime.now(UTC) - as_of < timedelta(seconds=10)


def test_a_sync_that_failed_a_moment_ago_is_not_tried_for_each_question(app):
    with app.app_context():
        clockwork = Clockwork()
        clockwork.fails = True

        assert [clockwork.freshness.ensure() for _ in range(3)] == [None] * 3
        assert clockwork.syncs == 1

        clockwork.now += timedelta(seconds=10)
        clockwork.fails = False
        assert clockwork.freshness.ensure() == clockwork.now


def test_a_clock_set_back_makes_nothing_fresh(app):
    with app.app_context():
        sync()
        clockwork = Clockwork()
        clockwork.now = datetime.now(UTC) - timedelta(days=1)

        assert clockwork.freshness.ensure() == clockwork.now
