"""CAP-8: files that are odd, damaged or large, and imports that are killed."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest

from backend.analytics.imports import service
from backend.analytics.imports.staging import Stage
from backend.analytics.lake.delta import Lake, moved_days
from backend.plugins import get
from tests.conftest import server_environ
from tests.servers import PROJECT, wait_until
from tests.store.importing import event, ndjson, numbers

KILLED = -9
STOPPED = "Stopped. Run the command again to continue where it stopped.\n"
EVENTS_OF_A_BLOCK = 300_000


@pytest.fixture
def run(app):
    def run(*arguments):
        return app.test_cli_runner().invoke(args=["events", "import", *map(str, arguments)])

    return run


@pytest.fixture
def rows(app):
    def rows():
        with app.app_context():
            return get(Lake).open("events").to_pyarrow_table().sort_by("event_type").to_pylist()

    return rows


IMPORT = (sys.executable, "-m", "flask", "--app", "wsgi", "events", "import")


def in_a_process(instance, *arguments, **settings):
    """The command as an operator runs it, with little memory: a block is 4 MiB."""
    command = [*IMPORT, *map(str, arguments)]
    environ = server_environ(instance, DUCKDB_MEMORY="64MB", **settings)
    return subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("point", ["lake.import.shaped", "lake.import.appended"])
def test_a_killed_import_goes_on_where_it_stopped(instance, app, tmp_path, point):
    source = ndjson(tmp_path / "events.ndjson", [event(number) for number in range(60_000)] + ["no json"])

    killed = in_a_process(instance, source, FAULT_POINT=point)
    resumed = in_a_process(instance, source)

    assert (killed.returncode, resumed.returncode) == (KILLED, 1), resumed.stderr
    accepted, duplicates, rejected = numbers(resumed)
    assert accepted + duplicates == 60_000
    assert rejected == 1
    assert (duplicates > 0) == (point == "lake.import.appended")
    with app.app_context():
        table = get(Lake).open("events").to_pyarrow_table(columns=["event_id"])
    assert table.num_rows == len(table["event_id"].unique()) == 60_000


def test_a_block_that_could_not_be_written_comes_with_the_next_try(run, rows, tmp_path, monkeypatch):
    """Its follower, staged already, must not be written either: the lake remembers one line up to which all is done."""
    source = ndjson(tmp_path / "events.ndjson", [event(number) for number in range(60)])
    append, tries = Lake.append, count(1)

    def failing_once(lake, base, added, marks):
        if next(tries) == 2:
            raise OSError("the store is away")
        append(lake, base, added, marks)

    monkeypatch.setattr(service, "block_bytes", lambda memory: 2_000)
    monkeypatch.setattr(Lake, "append", failing_once)
    failed, again = run(source), run(source)

    assert failed.exit_code == 2
    assert "Error: The lake cannot be written: the store is away.\n" in failed.stderr
    assert (again.exit_code, sum(numbers(again)), len(rows())) == (0, 60, 60)


def test_an_import_that_others_get_ahead_of_says_that_it_waits(run, rows, tmp_path, monkeypatch):
    source = ndjson(tmp_path / "events.ndjson", [event(number) for number in range(60)])
    append, tries = Lake.append, count(1)

    def late_at_first(lake, base, added, marks):
        if next(tries) <= 2:
            now = lake.open("events")
            lake.commit(now, moved_days(now, [date(2026, 10, 25)]))
        append(lake, base, added, marks)

    monkeypatch.setattr(Lake, "append", late_at_first)
    result = run(source)

    assert (result.exit_code, numbers(result), len(rows())) == (0, (60, 0, 0), 60)
    assert result.stderr == f"{source}: waiting: others are writing to the same days of the lake.\n"


def stopped_in_between(stage, source, block, now):
    os.kill(os.getpid(), signal.SIGINT)


def test_an_import_stopped_by_hand_says_how_to_go_on(run, rows, tmp_path, monkeypatch):
    source = ndjson(tmp_path / "events.ndjson", [event(1), event(2)])
    with monkeypatch.context() as patched:
        patched.setattr(Stage, "put", stopped_in_between)
        result = run(source, source)

    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == STOPPED
    assert (run(source).exit_code, len(rows())) == (0, 2)


def processor_seconds(process):
    ran = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ran)) / os.sysconf("SC_CLK_TCK")


ENDLESS = """
import os, signal, sys, threading
from backend.analytics.imports.staging import Stage
from wsgi import app

def endless(stage, source, block, now):
    threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start()
    stage.cursor().execute("SELECT sum(hash(range)) FROM range(1_000_000_000_000)")

Stage.put = endless
app.cli.main(["events", "import", sys.argv[1]])
"""


def test_ctrl_c_stops_a_query_that_would_never_end(instance, tmp_path):
    """DuckDB's own way of hearing Ctrl-C fails where all of a query is in the hands of its other threads."""
    source = ndjson(tmp_path / "events.ndjson", [event(1)])
    environ = server_environ(instance, DUCKDB_THREADS="8")
    command = [sys.executable, "-c", ENDLESS, str(source)]

    stopped = subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, text=True, check=False, timeout=40)

    assert (stopped.returncode, stopped.stderr) == (130, STOPPED)


def test_ctrl_c_stops_an_import_in_the_middle_of_a_query(instance, app, tmp_path):
    source = ndjson(tmp_path / "events.ndjson", [event(number) for number in range(EVENTS_OF_A_BLOCK)])
    environ = server_environ(instance, DUCKDB_MEMORY="64MB", TMPDIR=str(tmp_path))
    command = [*IMPORT, str(source)]

    with subprocess.Popen(command, cwd=PROJECT, env=environ, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: [*tmp_path.glob("mingus-import-*")], "it has a place for DuckDB")
        before = processor_seconds(process)
        wait_until(lambda: processor_seconds(process) > before + 0.2, "it judges the one block there is")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    resumed = subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, text=True, check=False)

    assert (process.returncode, said) == (130, STOPPED)
    assert (resumed.returncode, sum(numbers(resumed))) == (0, EVENTS_OF_A_BLOCK)
    with app.app_context():
        assert get(Lake).open("events").to_pyarrow_table(columns=["event_id"]).num_rows == EVENTS_OF_A_BLOCK


def damaged_gzip(path):
    whole = gzip.compress("".join(json.dumps(event(number)) + "\n" for number in range(50_000)).encode())
    path.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("name", "write", "says"),
    [
        ("none.ndjson", lambda path: None, "No such file"),
        ("folder.csv", lambda path: path.mkdir(), "Is a directory"),
        ("events.parquet", lambda path: path.write_bytes(b"PAR1 and no more"), "not a readable Parquet file"),
        ("array.json", lambda path: path.write_text("[{}]"), "is a JSON array"),
        ("events.txt", lambda path: path.write_text("x"), "--format"),
        ("empty.csv", lambda path: path.write_text(""), "is empty"),
        ("no_type.csv", lambda path: path.write_text("session_id\ns\n"), "No column fills event_type"),
        ("twice.csv", lambda path: path.write_text("a,a\n1,2\n"), "does not begin with a header"),
        ("words.csv", lambda path: path.write_text("event_type,session_id\nseen,s\n", "utf-16"), "iconv -f UTF-16"),
        ("windows.ndjson", lambda path: path.write_text("{}", "utf-16-be"), "iconv -f UTF-16"),
        ("not.ndjson.gz", lambda path: path.write_bytes(b"\x1f\x8bnot gzip"), "cannot be read beyond line 0"),
    ],
)
def test_what_cannot_be_used_is_a_sentence_and_exit_code_2(run, tmp_path, name, write, says):
    write(tmp_path / name)

    result = run(tmp_path / name)

    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_what_a_file_cut_short_still_holds_is_kept(run, rows, tmp_path):
    damaged_gzip(tmp_path / "events.ndjson.gz")

    result = run(tmp_path / "events.ndjson.gz")

    accepted, duplicates, rejected = numbers(result)
    assert (result.exit_code, duplicates, rejected) == (2, 0, 0)
    assert f"cannot be read beyond line {accepted}" in result.stderr
    assert len(rows()) == accepted > 1_000


def test_one_bad_file_does_not_keep_others_out(run, rows, tmp_path):
    result = run(tmp_path / "none.ndjson", ndjson(tmp_path / "events.ndjson", [event(1)]))

    assert (result.exit_code, numbers(result)) == (2, (1, 0, 0))


@pytest.mark.parametrize("mapping", ["a=nothing", "a=event_data.x:colour", "b=session_id", "nothing"])
def test_a_mapping_that_means_nothing_is_refused(run, tmp_path, mapping):
    (tmp_path / "events.csv").write_text("a,event_type,session_id\n1,seen,s\n")

    assert run(tmp_path / "events.csv", "--mapping", mapping).exit_code == 2


@pytest.mark.parametrize("time_format", ["%Q", "%d/%m/%"])
def test_a_time_format_that_means_nothing_is_refused(run, tmp_path, time_format):
    (tmp_path / "events.csv").write_text("event_type,session_id,timestamp\nseen,s,2026-10-25\n")

    result = run(tmp_path / "events.csv", "--time-format", time_format)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: '{time_format}' is no time format")


def test_rejects_never_overwrite_what_is_imported(run, tmp_path):
    source = ndjson(tmp_path / "events.ndjson", ["no json"])

    assert run(source, "--rejects", source).exit_code == 2
    assert source.read_text() == "no json\n"


ODD_CSV = """event_type,session_id,event_data.note,event_data.step
plain,s,a,1
quoted,s,"he said ""hi"", twice",2
two_lines,s,"one
two",3
short,s
inches,s,5" pipe,4
no_number,s,x,many
Bad,s,x,5

empty,s,,
open,s,"never closed,6
last,s,x,7
whole,s,x,7.0
"""


def test_csv_is_read_as_it_is_written_and_loses_only_what_is_bad(run, rows, tmp_path):
    (tmp_path / "odd.csv").write_text(ODD_CSV)

    result = run(tmp_path / "odd.csv", "--rejects", tmp_path / "rejects")

    rejects = [json.loads(line) for line in (tmp_path / "rejects").read_text().splitlines()]
    found = {row["event_type"]: json.loads(row["event_data"]) for row in rows()}
    assert [(reject["line"], reject["reason"]) for reject in rejects if "columns" in reject["reason"]] == [
        (6, "Expected 4 columns, got 2")
    ]
    assert [reject["line"] for reject in rejects] == [6, 9, 12]
    assert (result.exit_code, numbers(result)) == (1, (8, 0, 3))
    assert found["whole"] == {"note": "x", "step": 7}
    assert found["quoted"] == {"note": 'he said "hi", twice', "step": 2}
    assert found["two_lines"] == {"note": "one\ntwo", "step": 3}
    assert found["inches"] == {"note": '5" pipe', "step": 4}
    assert (found["empty"], found["no_number"]) == ({}, {"note": "x", "step": "many"})


ORDERS = """When;Visit;Paid;Who
25/10/2026 12:30;s;9.5;x
01/07/2026 12:30;s;1;x
soon;s;1;x
"""


def test_times_are_read_as_the_mapping_says(run, rows, tmp_path):
    (tmp_path / "map.json").write_text(
        json.dumps(
            {
                "columns": {
                    "When": "timestamp",
                    "Visit": "session_id",
                    "Paid": "event_data.amount:number",
                    "Who": None,
                },
                "constants": {"event_type": "order_placed", "event_data.by": "shop"},
                "time_format": "%d/%m/%Y %H:%M",
                "time_zone": "Europe/Berlin",
            }
        )
    )
    (tmp_path / "orders.csv").write_text(
        "When;Visit;Paid;Who\n25/10/2026 12:30;s;9.5;x\n01/07/2026 12:30;s;1;x\nsoon;s;1;x\n"
    )

    result = run(tmp_path / "orders.csv", "--mapping", tmp_path / "map.json")

    assert (result.exit_code, numbers(result)) == (1, (2, 0, 1))
    assert "Left out: Who." in result.stderr
    assert {row["timestamp"] for row in rows()} == {
        datetime(2026, 10, 25, 11, 30, tzinfo=UTC),
        datetime(2026, 7, 1, 10, 30, tzinfo=UTC),
    }
    assert {row["event_data"] for row in rows()} == {'{"amount":9.5,"by":"shop"}', '{"amount":1,"by":"shop"}'}


EXCEL = """sep=;
event_type;session_id;timestamp
twice;s;25/10/2026 02:30
skipped;s;29/03/2026 02:30
"""


def test_a_line_that_names_the_separator_is_heeded_and_odd_local_times_are_read_as_documented(run, rows, tmp_path):
    (tmp_path / "excel.csv").write_text(EXCEL)

    result = run(tmp_path / "excel.csv", "--time-format", "%d/%m/%Y %H:%M", "--time-zone", "Europe/Berlin")

    assert (result.exit_code, numbers(result)) == (0, (2, 0, 0)), result.stderr
    assert [(row["event_type"], row["timestamp"]) for row in rows()] == [
        ("skipped", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("twice", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ]


def test_a_lake_that_cannot_be_written_is_a_sentence(run, instance, tmp_path):
    (instance / "lake").write_text("a file stands where the lake's folder should be")

    result = run(ndjson(tmp_path / "events.ndjson", [event(1)]))

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
