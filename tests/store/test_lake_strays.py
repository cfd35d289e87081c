"""Files that no version names go: with the commit that was lost, with an erasure, and never under a writer. CAP-9"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyarrow as pa
import pytest
from deltalake.exceptions import CommitFailedError

from backend.analytics.lake import erasure as erasure_module
from backend.analytics.lake import strays
from backend.analytics.lake.delta import LANDING, Lake
from backend.analytics.lake.erasure import Erasure, FilesMayBeLeft
from backend.analytics.lake.sync import LakeSync
from backend.analytics.lake.upkeep import LakeUpkeep
from backend.analytics.warehouse.sessions import Sessions
from backend.demo.service import DemoVisits
from backend.extensions import db
from backend.plugins import get
from tests.landing_rows import NOW, in_lake, store

CANARY = "canary-in-a-stray-file"


@pytest.fixture
def lake(app):
    with app.app_context():
        yield get(Lake)


def fill(**given):
    ids = store(db.engine, 2, **given)
    get(LakeSync).run()
    return sorted(ids)


def rows_of(lake, **given):
    """What a writer would add: rows like those that are there."""
    rows = lake.open("events").to_pyarrow_table().slice(0, 1).to_pylist()
    return pa.Table.from_pylist([{**rows[0], **given}], lake.table("events").arrow_schema())


def lost(lake, **given):
    """A commit that comes too late."""
    base = lake.open("events")
    lake.commit(lake.open("events"), {LANDING: 2})
    with pytest.raises(CommitFailedError):
        lake.append(base, rows_of(lake, **given), {LANDING: 2})


def left_in(lake, name="events"):
    """The files of a table that its newest version does not hold."""
    named = {path.rpartition("/")[2] for path in lake.open(name).file_uris()}
    return {path for path in (lake.folder / name).glob("day=*/*") if path.name not in named}


@pytest.fixture
def unswept(monkeypatch):
    """Whoever loses a commit is killed before it takes its files away."""
    monkeypatch.setattr(strays, "sweep", lambda *_: 0)
    return monkeypatch.undo


def test_a_lost_commit_leaves_no_file(lake):
    ids = fill()

    lost(lake)

    assert left_in(lake) == set()
    assert in_lake(lake) == ids


def test_a_lost_commit_takes_no_file_that_readers_still_need(lake):
    for _ in range(3):
        fill()
    get(LakeUpkeep).compact(2)

    lost(lake)

    assert len(left_in(lake)) == 3


def test_of_two_processes_that_make_the_same_sessions_one_leaves_no_file(lake):
    fill(timestamp=NOW - timedelta(days=5))
    first, second = (Sessions(lake, get(Sessions)._new_engine, lambda: NOW) for _ in range(2))
    replace = lake.replace

    def late(*given):
        lake.replace = replace
        assert second.refresh()
        replace(*given)

    lake.replace = late
    lake.discard("sessions")
    assert first.refresh() == frozenset()

    assert left_in(lake, "sessions") == set()
    assert lake.open("sessions").to_pyarrow_table().num_rows == 1


def test_an_erasure_takes_what_a_killed_writer_left_of_the_person(lake, unswept):
    ids = fill()
    lost(lake, user_id=CANARY)
    [left] = left_in(lake)
    left.with_name("part-in-pieces.parquet#1").write_bytes(left.read_bytes())
    unswept()

    get(Erasure).erase(user_id=CANARY)

    assert left_in(lake) == set()
    assert in_lake(lake) == ids


def test_files_no_version_names_are_looked_into_for_demo_visits(lake, unswept):
    fill()
    lost(lake, session_id="mingus-demo-7")
    [left] = left_in(lake)
    left.with_name("part-in-pieces.parquet#1").write_bytes(b"PAR1")

    assert get(DemoVisits).left() == 2

    unswept()
    get(DemoVisits).clear()
    assert get(DemoVisits).left() == 0
    assert left_in(lake) == set()


@pytest.fixture
def writer(lake):
    """Somebody who has written a file, and commits it when told so."""
    fill()
    rows, written, may_commit = rows_of(lake, event_id="of-the-writer"), threading.Event(), threading.Event()

    def stream():
        yield from rows.to_batches()
        written.set()
        may_commit.wait(30)

    reader = pa.RecordBatchReader.from_batches(rows.schema, stream())
    with ThreadPoolExecutor(2) as pool:
        pool.submit(lake.append, lake.open("events"), reader, {})
        assert written.wait(30)
        yield pool, may_commit
        may_commit.set()


def test_an_erasure_waits_for_whoever_is_writing_and_takes_none_of_their_files(lake, writer, app):
    pool, may_commit = writer

    def erase():
        with app.app_context():
            return get(Erasure).erase(user_id=CANARY)

    erasing = pool.submit(erase)
    with pytest.raises(TimeoutError):
        erasing.result(timeout=0.5)
    may_commit.set()
    erasing.result(timeout=30)

    assert "of-the-writer" in in_lake(lake)


def test_an_erasure_under_which_a_writer_does_not_end_says_so(lake, writer, monkeypatch):
    monkeypatch.setattr(erasure_module, "PATIENCE", 0.1)

    with pytest.raises(FilesMayBeLeft, match="Erase again"):
        get(Erasure).erase(user_id=CANARY)

    assert get(LakeUpkeep)._lake.sweep("events", 0.1) is None


def test_nobody_writes_while_files_are_swept(lake):
    fill()
    with ThreadPoolExecutor(1) as pool, lake.nobody_writing() as alone:
        appending = pool.submit(lake.append, lake.open("events"), rows_of(lake), {})
        assert alone
        with pytest.raises(TimeoutError):
            appending.result(timeout=0.5)
