"""`flask lake …` says in sentences what it did, and fails with a sentence and an exit code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest
from deltalake import DeltaTable, write_deltalake

from backend.analytics.lake.delta import Lake
from backend.analytics.lake.locks import Lock
from backend.analytics.warehouse.service import Warehouse
from backend.extensions import db
from backend.plugins import get
from backend.tasks.schedule import schedule
from tests.conftest import make_settings
from tests.landing_rows import NOW, in_lake, landed, store
from tests.servers import PROJECT
from tests.sessions_oracle import ALL_SESSIONS


@pytest.fixture
def flask(app):
    """Return a function that runs `flask lake …` and gives its exit code and output."""

    def run(*arguments, **given):
        result = app.test_cli_runner().invoke(args=["lake", *arguments], **given)
        return result.exit_code, result.output

    with app.app_context():
        yield run


def test_sync_says_what_it_added(flask):
    store(db.engine, 2)
    store(db.engine, 1, timestamp=NOW - timedelta(days=3))

    code, output = flask("sync")

    assert code == 0
    assert "Added 3 events, 2026-11-18 to 2026-11-21." in output
    assert "Added 0 events. The lake is as of" in flask("sync")[1]


def test_sync_says_when_another_is_at_it(flask, instance):
    with Lock(instance / "lake-sync.lock").held():
        assert flask("sync") == (0, "Another process is updating the lake. Nothing was done.\n")
        assert flask("rebuild")[0] == 1


def test_status_shows_tables_and_lag(flask):
    store(db.engine, 2)
    flask("sync")
    store(db.engine, 1)

    code, output = flask("status")

    assert code == 0
    assert "events     version 1: 2 rows in 1 file, " in output
    assert "2026-11-21 to 2026-11-21 (1 day)" in output
    assert "watermark  2\n" in output
    assert re.search(r"behind     1 event, the oldest accepted .+ ago\n", output)


def test_status_of_a_lake_that_lags_behind_nothing_says_so(flask):
    store(db.engine)
    flask("sync")

    assert "behind     nothing: it holds every event that was accepted\n" in flask("status")[1]


def test_a_restored_landing_table_is_explained_and_can_be_rebuilt(flask, instance):
    db.engine.dispose()
    shutil.copy(instance / "mingus.db", instance / "backup.db")
    lost = store(db.engine, 2)
    flask("sync")
    db.engine.dispose()
    for left in instance.glob("mingus.db-*"):
        left.unlink()
    shutil.copy(instance / "backup.db", instance / "mingus.db")

    code, output = flask("sync")
    assert code == 1
    assert "Error: The landing table is older than the lake" in output
    assert re.search(r"behind     unknown\n(.*\n)*refused .*flask lake rebuild", flask("status")[1])
    new = store(db.engine, 5)
    assert flask("rebuild")[0] == 0

    assert in_lake(get(Lake)) == sorted(lost | new)
    assert "refused" not in flask("status")[1]


def doubled(folder):
    table = DeltaTable(folder)
    write_deltalake(table, table.to_pyarrow_table(), mode="append")


def without_files(folder):
    for file in folder.rglob("*.parquet"):
        file.unlink()


def without_log(folder):
    shutil.rmtree(folder / "_delta_log")


def with_a_spoilt_log(folder):
    for file in (folder / "_delta_log").iterdir():
        file.write_text("{")


@pytest.mark.parametrize("damage", [doubled, without_files, shutil.rmtree, without_log, with_a_spoilt_log])
def test_rebuild_makes_spoilt_sessions_right(flask, instance, damage):
    for days in (3, 4, 6):
        store(db.engine, 1, timestamp=NOW - timedelta(days=days), session_id=f"s-{days}")
    flask("sync")
    before = get(Warehouse).ask(ALL_SESSIONS).rows
    damage(instance / "lake" / "sessions")

    assert flask("rebuild")[0] == 0

    assert sorted(get(Warehouse).ask(ALL_SESSIONS).rows) == sorted(before)
    assert len(get(Lake).open("sessions").to_pyarrow_table()) == len(before) == 3


def test_compact_and_vacuum_say_what_they_did(flask):
    for _ in range(3):
        store(db.engine)
        flask("sync")

    assert flask("compact") == (0, "3 files became 1.\n")
    assert flask("vacuum") == (0, "Deleted 0 files.\n")


def test_erase_asks_first(flask):
    ids = store(db.engine, 2, user_id="u")
    flask("sync")

    assert flask("erase", "--user", "u", input="n\n")[0] == 1
    assert landed(db.engine) == sorted(ids)
    code, output = flask("erase", "--user", "u", input="y\n")

    assert code == 0
    assert output.startswith("Erase all events of user 'u' from everywhere, permanently? [y/N]: y\n")
    assert "Erased 2 landing rows, 0 in quarantine, 2 in the lake." in output
    assert landed(db.engine) == in_lake(get(Lake)) == []


@pytest.mark.parametrize("command", ["compact", "vacuum", "status"])
def test_a_lake_that_cannot_be_read_is_a_sentence(flask, instance, command):
    (instance / "lake").write_text("")

    code, output = flask(command)

    assert code == 1
    assert output.startswith("Error: The lake cannot be used: ")


@pytest.mark.parametrize(
    "named", [[], ["--user", "u", "--session", "s"], ["--user", ""], ["--user", "u", "--visitor", ""]]
)
def test_erase_wants_one_person_before_it_asks(flask, named):
    code, output = flask("erase", *named, input="y\n")

    assert code == 2
    assert "Name one of" in output
    assert "permanently?" not in output


def test_all_that_keeps_the_lake_is_in_the_schedule(tmp_path):
    entries = schedule(make_settings(tmp_path, LAKE_SYNC_SECONDS=7)).entries

    assert entries["lake.sync"].every == timedelta(seconds=7)
    assert {"lake.compact", "lake.vacuum", "lake.forget_old_days", "lake.drop_landed"} <= set(entries)


@pytest.mark.parametrize("work", ["sync", "compact", "vacuum", "forget_old_days", "drop_landed"])
def test_what_the_schedule_calls_runs(app, work):
    from backend.tasks import lake

    with app.app_context():
        store(db.engine)
        getattr(lake, work)()


def test_creating_the_app_loads_no_heavy_library_and_none_of_what_is_not_configured(tmp_path):
    heavy = (
        "{'pyarrow', 'duckdb', 'deltalake', 'pandas', 'ibis', 'alembic', 'openpyxl', 'redis', 'psycopg', 'celery', "
        "'typst'} & set(sys.modules)"
    )
    code = (
        "import sys; from app import create_app; from config.settings import Settings;"
        f"create_app(Settings.from_env({{'INSTANCE_DIR': {str(tmp_path)!r}}})); print({heavy})"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True, text=True)

    assert found.stdout.strip() == "set()"


def test_a_process_that_only_answers_loads_neither_pandas_nor_pyarrow(flask, instance):
    store(db.engine, 1, event_type="ai_calculator_opened", timestamp=NOW - timedelta(days=3))
    flask("sync")
    code = f"""
import sys
from datetime import date, datetime, timezone
from app import create_app
from backend.analytics.metrics.period import Period
from backend.analytics.metrics.funnel.definition import FunnelQuery
from backend.analytics.metrics.funnel.service import FunnelService
from backend.plugins import get
from config.settings import Settings
settings = Settings.from_env({{"INSTANCE_DIR": {str(instance)!r}, "LAKE_MAX_STALENESS": "3600"}})
with create_app(settings).app_context():
    day = date({NOW.year}, {NOW.month}, {NOW.day - 3})
    report = get(FunnelService).answer(FunnelQuery(Period.between(day, day, "UTC", datetime.now(timezone.utc))))
print(report.funnel.steps[0].sessions, {{"pyarrow", "pandas"}} & set(sys.modules))
"""

    found = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True, text=True)

    assert found.stdout.strip() == "1 set()"
