"""Every event that was acknowledged is in the lake exactly once, whatever happens meanwhile. CAP-7"""

from __future__ import annotations

import json
import logging
import shutil
import threading
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pyarrow as pa
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.orm import Session

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.lake import batch as batch_module
from backend.analytics.lake import landing_batches as batches_module
from backend.analytics.lake.delta import LANDING, REBUILDING, Lake, day_mark, import_mark
from backend.analytics.lake.locks import Lock
from backend.analytics.lake.progress import ProgressStore
from backend.analytics.lake.subscribers import Subscribers
from backend.analytics.lake.sync import LakeSync
from backend.analytics.lake.sync_failures import LandingIsOlder, SyncFailed
from backend.analytics.lake.tables import EVENTS
from backend.extensions import db
from backend.plugins import get
from tests.conftest import close, make_app, make_settings
from tests.landing_rows import NOW, in_lake, landed, store, write

TODAY, YESTERDAY = NOW.date(), NOW.date() - timedelta(days=1)


@pytest.fixture
def engine(any_app):
    with any_app.app_context():
        yield db.engine


def sync():
    return get(LakeSync).run()


def test_events_enter_the_lake_once_however_often_it_is_synced(engine):
    first = store(engine, 3)
    assert sync().rows == 3
    second = store(engine, 2)
    assert sync().rows == 2
    assert sync().rows == 0

    assert in_lake(get(Lake)) == sorted(first | second) == landed(engine)


def test_an_event_keeps_all_that_was_known_of_it(engine):
    instant = datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=UTC)
    given = {"visitor_id": "v", "user_id": "u", "country": "IN", "region": "IN-MH", "device": "mobile", "is_bot": True}
    data = {"step": 2, "seconds": 14.5, "source": "Zürich ☕", "price_cents": 4900}
    [event_id] = store(engine, timestamp=instant, created_at=NOW, event_data=data, **given)

    sync()

    [row] = get(Lake).open("events").to_pyarrow_table().to_pylist()
    assert row | given == row
    assert (row["event_id"], row["timestamp"], row["received_at"]) == (event_id, instant, NOW)
    assert (row["day"], row["step"], row["seconds"]) == (date(2026, 11, 20), 2, 14.5)
    assert (row["source"], row["price_cents"], row["session_id"]) == ("zürich ☕", 4900, "s-1")


@pytest.mark.parametrize("user_id", [None, 'a,"b"', "a\nb", "a\x01b", "\x01", "", " x ", "null", "\\N", "ü€𐍈"])
def test_a_name_arrives_as_it_was_given_whatever_it_holds(engine, user_id):
    data = {"text": 'a,"b"\n\x01\\', "offer": user_id}
    store(engine, 1, user_id=user_id, event_data=data)

    sync()

    [row] = get(Lake).open("events").to_pyarrow_table().to_pylist()
    assert (row["user_id"], row["offer"]) == (user_id, (user_id or "").strip(" ") or None)
    assert json.loads(row["event_data"]) == data


def test_a_document_may_be_written_on_several_lines(app):
    with app.app_context():
        text = '{\n "source": "a, \\"b\\"" }'
        store(db.engine)
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE analytics_events SET event_data = :text"), {"text": text})

        sync()

        [row] = get(Lake).open("events").to_pyarrow_table().to_pylist()
        assert (row["event_data"], row["source"]) == (text, 'a, "b"')


def test_a_quiet_site_makes_no_commits_and_does_not_look_stale(engine):
    store(engine)
    sync()
    before = get(Lake).open("events").version()
    earlier = noted(engine)

    sync()

    assert get(Lake).open("events").version() == before
    assert noted(engine).as_of > earlier.as_of


def noted(engine):
    with Session(engine) as session:
        return ProgressStore(session).last()


def test_many_rows_come_in_commits_of_bounded_size(engine, monkeypatch):
    monkeypatch.setattr(batches_module, "BATCH_SIZE", 4)
    ids = set().union(*(store(engine, 1) for _ in range(10)))

    assert sync().rows == 10

    assert in_lake(get(Lake)) == sorted(ids)
    assert get(Lake).open("events").version() == 3


def test_large_rows_come_in_smaller_commits(engine, monkeypatch):
    monkeypatch.setattr(batch_module, "BATCH_BYTES", 5_000)
    ids = set().union(*(store(engine, 1, event_data={"text": "x" * 2_000}) for _ in range(6)))

    sync()

    assert in_lake(get(Lake)) == sorted(ids)
    assert get(Lake).open("events").version() == 5  # the last two fit into one


def test_each_day_is_marked_when_it_gains_rows(engine):
    store(engine, timestamp=NOW)
    sync()
    marked = get(Lake).mark("events", day_mark(TODAY))
    heard = []
    get(Subscribers).add(heard.append)

    store(engine, timestamp=NOW - timedelta(days=1), created_at=NOW)
    sync()

    assert get(Lake).mark("events", day_mark(TODAY)) == marked
    assert get(Lake).mark("events", day_mark(YESTERDAY)) > marked
    assert heard == [frozenset({YESTERDAY})]


def test_one_sync_at_a_time_on_one_machine(engine, any_app, tmp_path):
    store(engine)

    with Lock(tmp_path / "lake-sync.lock").held() as alone:
        assert alone
        assert sync() is None

    assert sync().rows == 1


def test_syncs_on_several_machines_add_each_event_once(engine, any_app, tmp_path, monkeypatch):
    monkeypatch.setattr(batches_module, "BATCH_SIZE", 5)
    ids = set().union(*(store(engine, 5) for _ in range(12)))

    def on_its_own_machine(number):
        with any_app.app_context():
            machine = get(LakeSync)
            machine._lock = Lock(tmp_path / f"{number}.lock")
            machine.run()

    threads = [threading.Thread(target=on_its_own_machine, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert in_lake(get(Lake)) == sorted(ids)


def test_writers_that_overlap_lose_nothing(engine):
    """On PostgreSQL the slow writer holds smaller ids than rows committed before its own."""
    if engine.dialect.name == "sqlite":
        store(engine, 2)
        sync()
    else:
        with Session(engine) as slow:
            early = write(slow, 3)
            begun = datetime.now(UTC)
            store(engine, 2)
            synced = sync()
            assert not early & set(in_lake(get(Lake)))
            assert synced.progress.as_of <= begun
            slow.commit()
    sync()

    assert in_lake(get(Lake)) == landed(engine)


def test_an_event_that_came_by_file_too_counts_once(engine):
    lake = get(Lake)
    ids = sorted(store(engine, 2))
    row = {"day": TODAY, "event_id": ids[0], "session_id": "s-1", "session_key": 1, "timestamp": NOW}
    imported = pa.Table.from_pylist([row], EVENTS.arrow_schema())
    lake.append(lake.open("events"), imported, {import_mark(TODAY): 1})

    sync()

    assert in_lake(lake) == ids
    assert sync().rows == 0


def test_a_landing_table_restored_from_a_backup_is_refused_until_the_lake_is_rebuilt(instance, app):
    with app.app_context():
        old = store(db.engine, 2)
        db.engine.dispose()
        shutil.copy(instance / "mingus.db", instance / "backup.db")
        lost = store(db.engine, 3)
        sync()
        restore(instance)

        with pytest.raises(LandingIsOlder, match="flask lake rebuild"):
            sync()
        new = store(db.engine, 9)
        with pytest.raises(LandingIsOlder):
            sync()
        get(LakeSync).rebuild()

        assert in_lake(get(Lake)) == sorted(old | lost | new)
        assert sync().rows == 0


def test_events_that_a_restore_lost_and_their_senders_repeat_are_in_the_lake_once(engine):
    kept, lost = store(engine, 2), store(engine, 3)
    sync()
    with engine.begin() as connection:
        connection.execute(sa.delete(AnalyticsEvent).where(AnalyticsEvent.event_id.in_(map(UUID, lost))))
    get(LakeSync).rebuild()

    new = store(engine, 1)
    for event_id in lost:
        store(engine, event_id=UUID(event_id))
    sync()

    assert in_lake(get(Lake)) == sorted(kept | lost | new) == landed(engine)


def restore(instance):
    db.engine.dispose()
    for left in instance.glob("mingus.db-*"):
        left.unlink()
    shutil.copy(instance / "backup.db", instance / "mingus.db")


def test_a_restore_is_noticed_even_when_ids_have_grown_past_the_watermark_again(instance, app):
    with app.app_context():
        store(db.engine, 2)
        db.engine.dispose()
        shutil.copy(instance / "mingus.db", instance / "backup.db")
        store(db.engine, 3)
        sync()
        restore(instance)
        store(db.engine, 20)

        with pytest.raises(LandingIsOlder):
            sync()


def test_a_rebuild_adds_only_what_is_missing_and_has_every_day_looked_at_again(engine):
    ids = store(engine, 3) | store(engine, 2, timestamp=NOW - timedelta(days=1))
    sync()
    marks = [get(Lake).mark("events", day_mark(day)) for day in (TODAY, YESTERDAY)]

    get(LakeSync).rebuild()

    assert in_lake(get(Lake)) == sorted(ids)
    again = [get(Lake).mark("events", day_mark(day)) for day in (TODAY, YESTERDAY)]
    assert all(later > earlier for earlier, later in zip(marks, again, strict=True))


def test_a_postgresql_restored_into_a_new_cluster_is_refused_until_the_lake_is_rebuilt(postgresql_url, tmp_path):
    """There the counter of transactions starts again, and rows bring numbers that are still to come."""
    app = make_app(make_settings(tmp_path, DATABASE_URL=SecretStr(postgresql_url)))
    with app.app_context():
        ids = store(db.engine, 3)
        sync()
        ids |= store(db.engine, 2)
        lake = get(Lake)
        lake.commit(lake.open("events"), {LANDING: 10**9})
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE analytics_events SET transaction_id = transaction_id + 900000000"))

        with pytest.raises(LandingIsOlder):
            sync()
        get(LakeSync).rebuild()
        ids |= store(db.engine, 2)
        sync()

        assert in_lake(lake) == sorted(ids)
    close(app)


def test_a_rebuild_ends_although_the_site_never_rests(engine, monkeypatch):
    store(engine, 6)
    sync()
    take, busy = LakeSync._add_batch, []

    def take_while_more_comes(self, session):
        busy.append(store(engine, 1))
        return take(self, session)

    monkeypatch.setattr(LakeSync, "_add_batch", take_while_more_comes)
    get(LakeSync).rebuild()
    sync()

    assert busy
    assert get(Lake).mark("events", REBUILDING) == 0
    assert in_lake(get(Lake)) == landed(engine)


def test_a_rebuild_beside_an_open_transaction_compares_until_all_restored_rows_are_read(postgresql_url, tmp_path):
    app = make_app(make_settings(tmp_path, DATABASE_URL=SecretStr(postgresql_url)))
    with app.app_context():
        store(db.engine, 3)
        sync()
        with Session(db.engine) as slow:
            write(slow, 1)
            with db.engine.begin() as connection:
                connection.execute(sa.text("UPDATE analytics_events SET transaction_id = transaction_id + 900000000"))
            get(LakeSync).rebuild()
            slow.commit()
        sync()

        assert in_lake(get(Lake)) == landed(db.engine)
        sync()
        assert get(Lake).mark("events", REBUILDING) == 0
    close(app)


@pytest.fixture
def broken_lake(any_app, tmp_path):
    """A lake whose folder is a file."""
    (tmp_path / "lake").write_text("")
    with any_app.app_context():
        yield tmp_path / "lake"


def test_a_lake_that_cannot_be_written_is_complained_of_once_and_recovers(broken_lake, caplog):
    ids = store(db.engine, 2)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with pytest.raises(SyncFailed):
                sync()
    assert len([record for record in caplog.records if "lake" in record.message]) == 1

    broken_lake.unlink()
    sync()

    assert in_lake(get(Lake)) == sorted(ids)


@pytest.mark.parametrize("command", [LakeSync.run, LakeSync.rebuild])
def test_a_lake_that_is_made_anew_where_one_had_been_is_told_of_once(engine, caplog, command):
    ids = store(engine, 2)
    with caplog.at_level(logging.WARNING):
        sync()
        assert not caplog.records
        shutil.move(get(Lake).folder, f"{get(Lake).folder}-elsewhere")
        get(Lake).open("events")  # as a question does

        for _ in range(2):
            command(get(LakeSync))

    [record] = caplog.records
    assert "must be imported again" in record.getMessage()
    assert in_lake(get(Lake)) == sorted(ids)
