"""The lake's tables: made on first use, committed whole, readable by version."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from deltalake.exceptions import CommitFailedError

from backend.analytics.lake.delta import LANDING, Lake, day_mark, moved_days
from backend.analytics.lake.tables import EVENTS

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


def rows(day, *event_ids):
    instant = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    row = {"day": day, "session_id": "s", "session_key": 7, "timestamp": instant}
    return pa.Table.from_pylist([row | {"event_id": event_id} for event_id in event_ids], EVENTS.arrow_schema())


def ids(lake):
    return sorted(lake.open("events").to_pyarrow_table()["event_id"].to_pylist())


def test_a_table_is_made_when_it_is_first_opened(lake):
    assert not lake.exists("events")

    assert lake.open("events").version() == 0

    assert lake.exists("events")
    assert pa.schema(lake.open("events").schema().to_arrow()).names == list(EVENTS.columns)


def test_several_may_open_a_new_lake_at_once(lake):
    with ThreadPoolExecutor(8) as pool:
        assert {table.version() for table in pool.map(lake.open, ["events"] * 8)} == {0}


def test_rows_and_marks_are_committed_together(lake):
    base = lake.open("events")
    lake.append(base, rows(MONDAY, "a", "b"), {LANDING: 2} | moved_days(base, [MONDAY]))

    assert ids(lake) == ["a", "b"]
    assert lake.mark("events", LANDING) == 2
    assert lake.mark("events", day_mark(MONDAY)) == 1
    assert lake.mark("events", day_mark(TUESDAY)) is None


def test_two_commits_from_one_version_that_move_the_same_mark_cannot_both_succeed(lake):
    first, second = lake.open("events"), lake.open("events")
    lake.append(first, rows(MONDAY, "a"), {LANDING: 1})

    with pytest.raises(CommitFailedError):
        lake.append(second, rows(MONDAY, "a"), {LANDING: 1})

    assert ids(lake) == ["a"]


def test_a_day_can_be_replaced_while_another_stays(lake):
    lake.append(lake.open("events"), rows(MONDAY, "a"), {})
    lake.append(lake.open("events"), rows(TUESDAY, "b"), {})

    lake.replace(lake.open("events"), [MONDAY], rows(MONDAY, "c"), {})

    assert ids(lake) == ["b", "c"]


def test_a_snapshot_names_the_files_of_the_days_asked_for(lake):
    lake.append(lake.open("events"), rows(MONDAY, "a"), {})
    lake.append(lake.open("events"), rows(TUESDAY, "b"), {})

    assert lake.snapshot("events").days == {MONDAY, TUESDAY}
    snapshot = lake.snapshot("events", first=TUESDAY)
    assert snapshot.version == 2
    assert [f"day={TUESDAY}" in file for file in snapshot.files] == [True]


def test_the_log_keeps_no_value_that_tells_of_a_person(lake, tmp_path):
    canary = rows(MONDAY, "a").set_column(6, "user_id", pa.array(["canary"]))
    lake.append(lake.open("events"), canary, {})

    log = b"".join(path.read_bytes() for path in (tmp_path / "lake/events/_delta_log").iterdir())
    assert b"session_key" in log
    assert b"canary" not in log
