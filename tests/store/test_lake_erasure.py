"""Who is erased is gone: from the landing table, quarantine and lake, and from the bytes of their files. CAP-9"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet
import pytest
from sqlalchemy.orm import Session

from backend.analytics.events.models import QuarantinedEvent
from backend.analytics.lake import erasure as erasure_module
from backend.analytics.lake.delta import Lake, day_mark
from backend.analytics.lake.erasure import Erasure
from backend.analytics.lake.subscribers import Subscribers
from backend.analytics.lake.sync import LakeSync
from backend.analytics.lake.tables import INSTANT, LakeTable
from backend.analytics.lake.upkeep import LakeUpkeep
from backend.extensions import db
from backend.plugins import get
from tests.landing_rows import NOW, in_lake, landed, landing_row, store

CANARY = "canary-4f1c-it's"
COLUMNS = ["session_id", "user_id", "visitor_id"]
VISITS = LakeTable(
    "visits", {"day": "date", "session_key": "int64", "user_id": "string", "timestamp": INSTANT}, key="session_key"
)


@pytest.fixture
def engine(any_app):
    with any_app.app_context():
        yield db.engine


def sync():
    return get(LakeSync).run()


def erase(**person):
    return get(Erasure).erase(**person)


@pytest.mark.parametrize("column", COLUMNS)
def test_all_rows_of_a_person_go_and_no_others(engine, column):
    kept = store(engine, 2, **{column: "somebody-else"})
    store(engine, 3, **{column: CANARY})
    store(engine, 2, timestamp=NOW - timedelta(days=40), **{column: CANARY})
    sync()
    store(engine, 1, **{column: CANARY})

    erased = erase(**{column: CANARY})

    assert (erased.landing, erased.lake) == (6, 5)
    assert in_lake(get(Lake)) == sorted(kept) == landed(engine)
    assert sync().rows == 0
    again = erase(**{column: CANARY})
    assert (again.landing, again.lake) == (0, 0)


@pytest.mark.parametrize("column", COLUMNS)
def test_no_byte_of_any_file_tells_of_an_erased_person(app, instance, column):
    with app.app_context():
        for day in range(12):
            store(db.engine, 3, timestamp=NOW - timedelta(days=day % 3), **{column: CANARY})
            store(db.engine, 3)
            sync()
        get(LakeUpkeep).compact()
        quarantine(column)
        store(db.engine, 3, **{column: CANARY})
        sync()
        assert bytes_with(CANARY, instance)

        assert erase(**{column: CANARY}).quarantined == 1

        assert bytes_with(CANARY, instance) == []


def quarantine(column):
    row = landing_row(**({column: CANARY} if column != "visitor_id" else {}))
    event = {name: str(row.get(name)) for name in ("event_id", "session_id", "user_id", "event_type")}
    sender = {"visitor_id": CANARY if column == "visitor_id" else None}
    with Session(db.engine) as session, session.begin():
        session.add(
            QuarantinedEvent(event_id=row["event_id"], reason="future", event=event, sender=sender, created_at=NOW)
        )


def bytes_with(value, folder):
    """Files that hold it, as it is or as JSON; Parquet is read, since its pages are compressed."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix == ".parquet" and path.is_file():
            text = str(pa.parquet.read_table(path, partitioning=None).to_pylist()).encode()
        else:
            text = path.read_bytes() if path.is_file() else b""
        if value.encode() in text or value.encode() in (path.read_bytes() if path.is_file() else b""):
            found.append(path)
    return found


def test_other_tables_forget_the_person_too(engine):
    lake = get(Lake)
    lake.add_table(VISITS)
    rows = [{"day": NOW.date(), "session_key": key, "user_id": user} for key, user in ((1, CANARY), (2, "else"))]
    lake.append(lake.open("visits"), pa.Table.from_pylist(rows, VISITS.arrow_schema()), {})

    erase(user_id=CANARY)

    assert lake.open("visits").to_pyarrow_table()["session_key"].to_pylist() == [2]


def test_days_that_lost_rows_are_to_be_looked_at_again(engine):
    store(engine, 1, user_id=CANARY)
    store(engine, 1, timestamp=NOW - timedelta(days=1))
    sync()
    before = get(Lake).mark("events", day_mark(NOW.date()))
    heard = []
    get(Subscribers).add(heard.append)

    erase(user_id=CANARY)

    assert get(Lake).mark("events", day_mark(NOW.date())) > before
    assert heard == [frozenset({NOW.date()})]


def test_an_erased_event_does_not_come_back_with_a_sync_that_had_read_it(engine, any_app, monkeypatch):
    store(engine, 2)
    sync()
    store(engine, 2, user_id=CANARY)
    has_read, may_go_on = threading.Event(), threading.Event()

    class Pause:
        def reach(self, point):
            if point == "lake.sync.read" and not has_read.is_set():
                has_read.set()
                may_go_on.wait(30)

    def slow():
        with any_app.app_context():
            machine = get(LakeSync)
            machine._faults = Pause()
            return machine.run()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(slow)
        assert has_read.wait(30)
        erase(user_id=CANARY)
        may_go_on.set()
        assert running.result().rows == 0

    assert in_lake(get(Lake)) == landed(engine)
    assert len(landed(engine)) == 2


def test_a_person_of_many_rows_is_erased_some_at_a_time(engine, monkeypatch):
    monkeypatch.setattr(erasure_module, "BATCH_SIZE", 4)
    store(engine, 11, user_id=CANARY)
    sync()

    assert erase(user_id=CANARY).lake == 11

    assert in_lake(get(Lake)) == []


def test_a_value_is_never_taken_for_a_command(engine):
    ids = store(engine, 2)
    sync()

    assert erase(user_id="x' OR 'a' = 'a").lake == 0

    assert in_lake(get(Lake)) == sorted(ids)


def test_one_person_is_named_in_one_way(app):
    with app.app_context(), pytest.raises(ValueError, match="unpack"):
        erase(user_id="a", session_id="b")
