"""DASH-8's engine part: one snapshot for each answer, each answer found once, honest when there is none."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from queue import Queue

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.analytics.lake.delta import Lake, moved_days
from backend.analytics.lake.tables import EVENTS, LakeTable
from backend.analytics.metrics.period import Period
from backend.analytics.warehouse.answers import AnswerCache
from backend.analytics.warehouse.clickhouse import ClickHouseEngine
from backend.analytics.warehouse.duck import DuckEngine
from backend.analytics.warehouse.question import MarkedTexts, Question
from backend.analytics.warehouse.relations import SESSIONS
from backend.analytics.warehouse.service import Warehouse, WarehouseBusy, WarehouseUnavailable
from backend.analytics.warehouse.slots import Slot, Slots
from backend.analytics.warehouse.snapshots import Snapshots
from backend.analytics.warehouse.stores import FileStore
from tests import clickhouse
from tests.sessions_oracle import ALL_SESSIONS, DAY, event

NOW = datetime(2026, 11, 21, tzinfo=UTC)
BEGAN = 20_000 * DAY


class Counting(DuckEngine):
    """Counts what it is asked, and answers as soon as it `may_answer`."""

    asked = 0

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.may_answer = threading.Event()
        self.may_answer.set()

    def run(self, *arguments):
        self.asked += 1
        assert self.may_answer.wait(60)
        return super().run(*arguments)


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"), (EVENTS, SESSIONS))


@pytest.fixture
def engine(tmp_path):
    engine = Counting("256MB", 1, tmp_path / "spill")
    yield engine
    engine.close()


def add(lake, *rows):
    base = lake.open("events")
    table = pa.Table.from_pylist(list(rows), schema=EVENTS.arrow_schema())
    lake.append(base, table, moved_days(base, {row["day"] for row in rows}))


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=200)


@given(text=TEXTS)
@example("'' \\' \\\\ \r\n\t {}%s:name 8111000000000000000 'text 0 of the question'")
def test_a_text_of_a_question_reaches_each_engine_as_it_was_written(text):
    def echo():
        return ibis.range(1).unnest().name("one").as_table().select(text=ibis.literal(MarkedTexts().mark(text)))

    written = Question("echo", (), echo, (text,))
    asked = {engine: f"SELECT hex(text) FROM ({written.sql(engine, {})})" for engine in ("duckdb", "clickhouse")}
    answers = [
        duckdb.sql(asked["duckdb"]).fetchall()[0][0],
        clickhouse.engine().query(asked["clickhouse"], "TabSeparatedRaw").data().strip(),
    ]

    assert [bytes.fromhex(answer).decode() for answer in answers] == [text, text]


def test_an_empty_lake_has_no_sessions(lake, engine):
    lake.open("events")

    assert Warehouse(engine, Snapshots(lake), lambda: NOW).ask(ALL_SESSIONS).rows == []


def test_all_questions_of_a_request_see_the_same_snapshot_and_the_next_request_a_newer_one(lake, engine):
    snapshots, answers, slots = Snapshots(lake), AnswerCache(), Slots(1, 0)
    instants = iter([NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)])
    request, live = (
        Warehouse(engine, snapshots, lambda: next(instants), answers, slot) for slot in (Slot(slots), None)
    )
    add(lake, event("first", BEGAN))
    before = request.ask(ALL_SESSIONS)
    add(lake, event("second", BEGAN))

    again = request.ask(ALL_SESSIONS)
    assert (len(again.rows), again.as_of, again.version) == (1, before.as_of, before.version)
    assert len(live.ask(ALL_SESSIONS).rows) == 2


def test_nothing_is_answered_before_the_lake_was_filled(lake, engine):
    with pytest.raises(WarehouseUnavailable, match="still being loaded"):
        Warehouse(engine, Snapshots(lake), lambda: None).ask(ALL_SESSIONS)


def test_an_answer_is_found_once_until_the_lake_changes(lake, engine):
    warehouse = Warehouse(engine, Snapshots(lake), lambda: NOW)
    add(lake, event("a", BEGAN))

    first, second = (warehouse.ask(ALL_SESSIONS) for _ in range(2))
    assert (len(first.rows), engine.asked) == (1, 1)
    assert second == first

    add(lake, event("b", BEGAN))
    assert len(warehouse.ask(ALL_SESSIONS).rows) == 2


def test_a_new_worker_answers_from_the_store_until_the_lake_changes(lake, engine, tmp_path):
    add(lake, event("a", BEGAN))
    store = FileStore(tmp_path / "answers", 600)
    before = Warehouse(engine, Snapshots(lake), lambda: NOW, AnswerCache(store)).ask(ALL_SESSIONS)

    worker = Warehouse(engine, Snapshots(lake), lambda: NOW, AnswerCache(store))
    assert (worker.ask(ALL_SESSIONS), engine.asked) == (before, 1)
    add(lake, event("b", BEGAN))

    assert len(worker.ask(ALL_SESSIONS).rows) == 2
    assert engine.asked == 2


def test_beginning_loads_what_the_first_question_needs_and_remembers_no_answer(lake, engine):
    warehouse = Warehouse(engine, Snapshots(lake), lambda: NOW)
    add(lake, event("a", BEGAN))
    lake.open("sessions")

    warehouse.begin()

    assert engine.asked == 1
    assert len(warehouse.ask(ALL_SESSIONS).rows) == 1


def test_beginning_makes_no_lake_where_there_is_none(tmp_path, engine):
    Warehouse(engine, Snapshots(Lake(str(tmp_path / "lake"), (EVENTS, SESSIONS))), lambda: NOW).begin()

    assert (engine.asked, (tmp_path / "lake").exists()) == (0, False)


def test_beginning_does_not_fail_where_the_lake_cannot_be_read(lake, engine, caplog):
    add(lake, event("a", BEGAN))
    lake.open("sessions")
    for file in lake.folder.rglob("*.parquet"):
        file.unlink()

    with caplog.at_level("INFO"):
        Warehouse(engine, Snapshots(lake), lambda: NOW).begin()

    assert "does not answer yet" in caplog.text


def test_many_who_ask_the_same_at_once_are_answered_by_one_search(lake, engine):
    warehouse, found = Warehouse(engine, Snapshots(lake), lambda: NOW), []
    add(lake, event("a", BEGAN))
    threads = [threading.Thread(target=lambda: found.append(warehouse.ask(ALL_SESSIONS))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [len(answer.rows) for answer in found] == [1] * 8
    assert engine.asked == 1


def test_of_many_who_ask_the_same_only_as_many_wait_for_that_answer_as_there_are_slots(lake, engine):
    slots, answers, ended = Slots(1, 1, patience=60), AnswerCache(), Queue()
    add(lake, event("a", BEGAN))
    engine.may_answer.clear()

    def ask():
        slot = Slot(slots)
        try:
            ended.put(len(Warehouse(engine, Snapshots(lake), lambda: NOW, answers, slot).ask(ALL_SESSIONS).rows))
        except WarehouseBusy as busy:
            ended.put(busy.code)
        slot.release()

    for _ in range(8):
        threading.Thread(target=ask, daemon=True).start()
    assert [ended.get(timeout=60) for _ in range(6)] == ["warehouse_busy"] * 6
    engine.may_answer.set()
    assert [ended.get(timeout=60) for _ in range(2)] == [1, 1]
    assert engine.asked == 1


def test_different_snapshots_are_seen_by_different_threads_at_once(lake, engine):
    snapshots, seen = Snapshots(lake), {}
    for number in range(3):
        add(lake, event(f"s{number}", BEGAN))
        seen[number] = snapshots.newest()

    found = {}

    def look(number):
        found[number] = [len(engine.run(ALL_SESSIONS, {}, seen[number % 3])) for _ in range(5)]

    threads = [threading.Thread(target=look, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [number % 3 + 1] * 5 for number in range(6)}


class Late(Snapshots):
    """Sees the lake first as it was when it was told to look."""

    def look(self):
        self.old = super().newest()

    def newest(self):
        old, self.old = self.old, None
        return old or super().newest()


def test_files_that_a_vacuum_took_away_are_looked_for_in_the_newest_version(lake, engine):
    snapshots = Late(lake)
    add(lake, event("a", BEGAN))
    add(lake, event("b", BEGAN))
    snapshots.look()
    table = lake.open("events")
    table.optimize.compact()
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)

    assert len(Warehouse(engine, snapshots, lambda: NOW).ask(ALL_SESSIONS).rows) == 2


def test_files_that_are_nowhere_are_owned_up_to(lake, engine):
    add(lake, event("a", BEGAN))
    for file in lake.folder.rglob("*.parquet"):
        file.unlink()

    with pytest.raises(WarehouseUnavailable, match="cannot be read"):
        Warehouse(engine, Snapshots(lake), lambda: NOW).ask(ALL_SESSIONS)


@pytest.mark.parametrize("name", ["duckdb", "clickhouse"])
def test_until_sessions_of_another_release_are_made_anew_questions_are_answered_from_events(
    lake, engine, request, name
):
    add(lake, event("a", BEGAN), event("b", BEGAN))
    older = LakeTable("sessions", {**dict(list(SESSIONS.columns.items())[:-1]), "gone": "string"}, "session_key")
    lake.empty(lake.open("sessions"), older, {})
    if name == "clickhouse":
        engine = ClickHouseEngine(request.getfixturevalue("clickhouse_url"))

    assert len(Warehouse(engine, Snapshots(lake), lambda: NOW).ask(ALL_SESSIONS).rows) == 2


def test_a_server_that_is_not_there_is_owned_up_to(lake):
    with pytest.raises(WarehouseUnavailable):
        Warehouse(ClickHouseEngine("clickhouse://127.0.0.1:9"), Snapshots(lake), lambda: NOW).ask(ALL_SESSIONS)


def test_a_question_too_large_for_the_memory_there_is_is_owned_up_to(lake):
    add(lake, *(event(f"s{number}", BEGAN + number) for number in range(20_000)))
    engine = DuckEngine("1MB", 1, lake.folder / "spill")

    with pytest.raises(WarehouseUnavailable, match="could not be finished"):
        Warehouse(engine, Snapshots(lake), lambda: NOW).ask(ALL_SESSIONS)
    engine.close()


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "first", "last", "offset", "changes"),
    [
        ("America/New_York", date(2026, 3, 1), date(2026, 3, 31), -5 * HOUR, [("2026-03-08T07:00", -4 * HOUR)]),
        (
            "America/New_York",
            date(2026, 3, 1),
            date(2026, 11, 30),
            -5 * HOUR,
            [("2026-03-08T07:00", -4 * HOUR), ("2026-11-01T06:00", -5 * HOUR)],
        ),
        ("Asia/Kolkata", date(2026, 1, 1), date(2026, 12, 31), 5.5 * HOUR, []),
        ("Asia/Tehran", date(2022, 9, 1), date(2022, 9, 30), 4.5 * HOUR, [("2022-09-21T19:30", 3.5 * HOUR)]),
        ("Australia/Lord_Howe", date(2026, 4, 1), date(2026, 4, 30), 11 * HOUR, [("2026-04-04T15:00", 10.5 * HOUR)]),
    ],
)
def test_a_period_knows_when_its_clocks_change(zone, first, last, offset, changes):
    expected = tuple((datetime.fromisoformat(instant).replace(tzinfo=UTC), shift) for instant, shift in changes)

    assert Period.between(first, last, zone, NOW).shifts() == (offset, expected)
