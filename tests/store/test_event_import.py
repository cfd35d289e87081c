"""CAP-8: events from files enter the lake, each once, and nothing good is lost beside what is bad."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from uuid import UUID

import duckdb
import pytest

from backend.analytics.lake.delta import Lake, day_mark, import_mark
from backend.analytics.lake.sync import LakeSync
from backend.plugins import get
from tests.store.importing import event, ndjson, numbers

DAY = date(2026, 10, 25)


@pytest.fixture
def run(app):
    def run(*arguments):
        return app.test_cli_runner().invoke(args=["events", "import", *map(str, arguments)])

    return run


@pytest.fixture
def held(app):
    """The lake's rows, by time and id."""

    def held():
        with app.app_context():
            rows = get(Lake).open("events").to_pyarrow_table().to_pylist()
            return sorted(rows, key=lambda row: (row["timestamp"], row["event_id"]))

    return held


def as_csv(path, source):
    duckdb.sql(
        f"COPY (SELECT * EXCLUDE event_data, unnest(event_data) FROM read_json('{source}',"
        " columns={event_id:'VARCHAR', event_type:'VARCHAR', session_id:'VARCHAR', timestamp:'VARCHAR',"
        f" event_data:'STRUCT(step INT, seconds DOUBLE)'}})) TO '{path}' (FORMAT csv)"
    )
    return path, "--mapping", "step=event_data.step", "--mapping", "seconds=event_data.seconds"


def as_parquet(path, source):
    duckdb.sql(f"COPY (FROM read_json('{source}')) TO '{path}' (FORMAT parquet)")
    return (path,)


def as_gzip(path, source):
    path.write_bytes(gzip.compress(source.read_bytes()))
    return (path,)


def as_windows(path, source):
    path.write_bytes(b"\xef\xbb\xbf" + source.read_bytes().replace(b"\n", b"\r\n"))
    return (path,)


@pytest.mark.parametrize(
    ("convert", "name"),
    [(as_csv, "e.csv"), (as_parquet, "e.parquet"), (as_gzip, "e.ndjson.gz"), (as_windows, "w.ndjson")],
)
def test_each_format_brings_the_same_events(run, held, tmp_path, convert, name):
    source = ndjson(tmp_path / "events.ndjson", [event(number) for number in range(40)])
    arguments = convert(tmp_path / name, source)

    first, again = run(*arguments), run(source)

    assert (first.exit_code, numbers(first)) == (0, (40, 0, 0))
    assert (again.exit_code, numbers(again)) == (0, (0, 40, 0))
    [row] = [row for row in held() if row["event_id"] == str(UUID(int=7))]
    assert (row["day"], row["step"], row["seconds"], row["session_id"]) == (DAY, 8, 1.5, "s-7")
    assert row["timestamp"] == datetime(2026, 10, 25, 12, 0, 7, 500_000, tzinfo=UTC)
    assert (row["visitor_id"], row["country"], row["is_bot"]) == (None, None, False)


def test_bad_lines_are_told_with_their_place_and_cost_nothing_but_themselves(run, held, tmp_path):
    bad = ['{"event_type": "Bad", "session_id": "s"}', "", "no json", json.dumps(event(3, event_data={"step": "x"}))]
    source = ndjson(
        tmp_path / "events.ndjson", [event(1), *bad, event(2), event(1), event(9, timestamp="1999-01-01T00:00:00Z")]
    )

    result = run(source, "--rejects", tmp_path / "rejects")

    assert (result.exit_code, numbers(result)) == (1, (2, 1, 4))
    rejects = [json.loads(line) for line in (tmp_path / "rejects").read_text().splitlines()]
    assert [(reject["line"], reject["original"]) for reject in rejects[:3]] == [(2, bad[0]), (4, bad[2]), (5, bad[3])]
    assert [reject["line"] for reject in rejects] == [2, 4, 5, 8]
    assert rejects[2]["reason"] == "Expected `int`, got `str` - at `$.event_data.step`"
    assert {reject["file"] for reject in rejects} == {str(source)}
    assert (tmp_path / "rejects").stat().st_mode & 0o077 == 0
    assert len(held()) == 2


def test_rows_without_an_id_come_once_however_often_their_file_does(run, held, tmp_path):
    row = {"event_type": "seen", "session_id": "s", "timestamp": "2026-10-25T12:00:00Z"}
    nested = row | {"event_data": {"a": {"b": 1}}}
    source = ndjson(tmp_path / "events.ndjson", [row, row, nested, nested | {"event_id": None}])

    first, again = run(source), run(source)
    source.write_text(source.read_text() + json.dumps(row | {"session_id": "t"}) + "\n")
    longer = run(source)

    assert [numbers(result) for result in (first, again, longer)] == [(4, 0, 0), (0, 4, 0), (1, 4, 0)]
    assert len({row["event_id"] for row in held()}) == 5


def test_events_by_file_and_by_http_meet_as_one(run, held, app, client, tmp_path):
    now = datetime.now(UTC).isoformat()
    page = {"Sec-Fetch-Site": "same-origin"}
    client.post("/api/analytics/event", json=event(1, timestamp=now), headers=page)

    result = run(ndjson(tmp_path / "events.ndjson", [event(1, timestamp=now), event(2, timestamp=now)]))
    client.post("/api/analytics/event", json=[event(2, timestamp=now), event(3, timestamp=now)], headers=page)
    with app.app_context():
        get(LakeSync).run()

    assert numbers(result) == (1, 1, 0)
    assert sorted(UUID(row["event_id"]).int for row in held()) == [1, 2, 3]


def test_a_dry_run_says_the_same_and_writes_nothing(run, held, app, tmp_path):
    source = ndjson(tmp_path / "events.ndjson", [event(1), event(1), "no json"])

    dry = run(source, "--dry-run")

    with app.app_context():
        assert not get(Lake).exists("events")
    assert (dry.exit_code, numbers(dry)) == (1, (1, 1, 1))
    assert numbers(run(source)) == (1, 1, 1)
    assert numbers(run(source, "--dry-run")) == (0, 2, 1)
    assert len(held()) == 1


def test_the_days_an_import_touches_are_marked_for_sync_and_sessions(run, app, tmp_path):
    run(ndjson(tmp_path / "events.ndjson", [event(1)]))

    with app.app_context():
        assert get(Lake).mark("events", day_mark(DAY))
        assert get(Lake).mark("events", import_mark(DAY))


def test_sessions_of_closed_days_hold_what_was_imported_at_once(run, app, tmp_path):
    def closed_sessions():
        with app.app_context():
            return get(Lake).open("sessions").to_pyarrow_table()["session_id"].to_pylist()

    run(ndjson(tmp_path / "events.ndjson", [event(1)]))
    assert closed_sessions() == ["s-1"]

    run(ndjson(tmp_path / "more.ndjson", [event(1), event(2)]))
    assert sorted(closed_sessions()) == ["s-1", "s-2"]


def test_what_a_file_says_of_the_sender_is_kept(run, held, tmp_path):
    sender = {"visitor_id": "v-1", "country": "US", "region": "US-CA", "device": "mobile", "is_bot": True}
    run(
        ndjson(
            tmp_path / "events.ndjson", [event(1, **sender), event(2, **sender, event_data={"step": 1, "a": {"b": 1}})]
        )
    )

    assert [{name: row[name] for name in sender} for row in held()] == [sender, sender]


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_whoever_keeps_no_rejected_rows_hears_how_to_get_them(run, tmp_path, options):
    source = ndjson(tmp_path / "events.ndjson", [event(1), event(2, session_id="no good!")])

    silent, told = run(source, *options), run(source, *options, "--rejects", tmp_path / "rejects")

    assert silent.stderr == "Run the command again with --rejects FILE to get the rejected rows and the reasons.\n"
    assert told.stderr == ""
    [reject] = map(json.loads, (tmp_path / "rejects").read_text().splitlines())
    assert reject["reason"] == (
        "Expected 1 to 100 ASCII letters, digits, hyphens, dots, colons and underscores; "
        "names that begin with mingus-server- are reserved - at `$.session_id`"
    )


def test_nothing_personal_is_printed(run, tmp_path):
    source = ndjson(tmp_path / "events.ndjson", [event(1, user_id="canary"), event(2, canary="canary"), "canary"])

    result = run(source, "--rejects", tmp_path / "rejects")

    assert numbers(result) == (1, 0, 2)
    assert "canary" not in result.output
