"""Killed at every step, or out of disk: the sync loses no event and doubles none. CAP-7"""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from backend.analytics.lake.delta import LANDING, Lake
from backend.analytics.lake.erasure import Erasure
from backend.analytics.lake.sync import LakeSync
from backend.analytics.lake.sync_failures import SyncFailed
from backend.extensions import db
from backend.plugins import get
from tests.conftest import server_environ
from tests.landing_rows import in_lake, landed, store
from tests.servers import PROJECT

SMALL_BATCHES = "import backend.analytics.lake.landing_batches as batches; batches.BATCH_SIZE = 40"
FLASK = "from flask.cli import main; main()"


@pytest.fixture
def engine(any_app):
    with any_app.app_context():
        yield db.engine


def flask(app, *arguments, **given):
    """`flask …` in a process of its own, on this app's database and lake, in batches of forty rows."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    folder = app.config["LAKE_FOLDER_OF_TEST"]
    environ = {**os.environ, **server_environ(folder, DATABASE_URL=url, FLASK_APP="wsgi", **given)}
    code = f"import sys; sys.argv = ['flask', *sys.argv[1:]]; {SMALL_BATCHES}; {FLASK}"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture(autouse=True)
def _folder(any_app, tmp_path):
    any_app.config["LAKE_FOLDER_OF_TEST"] = tmp_path


def finish(process, seconds=120):
    output, _ = process.communicate(timeout=seconds)
    return process.returncode, output.decode()


@pytest.mark.parametrize("point", ["read", "written", "appended", "noted"])
def test_a_sync_killed_at_any_step_neither_loses_nor_repeats(any_app, engine, point):
    store(engine, 100)

    code, output = finish(flask(any_app, "lake", "sync", FAULT_POINT=f"lake.sync.{point}"))
    assert code == -signal.SIGKILL, output
    store(engine, 10)
    get(LakeSync).run()

    assert in_lake(get(Lake)) == landed(engine)
    assert len(landed(engine)) == 110


def test_a_rebuild_killed_halfway_is_finished_by_the_next_sync(any_app, engine):
    store(engine, 100)
    get(LakeSync).run()

    code, output = finish(flask(any_app, "lake", "rebuild", FAULT_POINT="lake.sync.appended"))
    assert code == -signal.SIGKILL, output
    assert get(Lake).mark("events", LANDING) < 100 or engine.dialect.name == "postgresql"
    get(LakeSync).run()

    assert in_lake(get(Lake)) == landed(engine)


def test_a_sync_killed_at_any_moment_neither_loses_nor_repeats(any_app, engine):
    moments = random.Random(7)
    for _ in range(3):
        store(engine, 200)
        process = flask(any_app, "lake", "sync")
        time.sleep(1 + moments.random() * 2)
        process.kill()
        finish(process)
    get(LakeSync).run()

    assert in_lake(get(Lake)) == landed(engine)
    assert len(landed(engine)) == 600


@pytest.mark.parametrize("point", ["landing", "deleted"])
def test_an_erasure_killed_halfway_is_finished_when_it_is_repeated(any_app, engine, point, tmp_path):
    kept = store(engine, 2)
    store(engine, 3, user_id="canary")
    get(LakeSync).run()

    process = flask(any_app, "lake", "erase", "--yes", "--user", "canary", FAULT_POINT=f"lake.erase.{point}")
    assert finish(process)[0] == -signal.SIGKILL
    get(LakeSync).run()
    get(Erasure).erase(user_id="canary")

    assert in_lake(get(Lake)) == sorted(kept) == landed(engine)
    assert len(list((tmp_path / "lake" / "events").rglob("day=*/*.parquet"))) == 1


def test_a_full_disk_stops_the_sync_alone_and_the_lake_recovers(any_app, engine, tmp_path, caplog):
    with tmpfs(tmp_path / "lake", "128k"):
        ids = store(engine, 2)
        get(LakeSync).run()
        for text in range(40):
            ids |= store(engine, 50, event_data={"noise": random.Random(text).randbytes(3000).hex()})
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                with pytest.raises(SyncFailed):
                    get(LakeSync).run()

        assert len([record for record in caplog.records if "up to date" in record.message]) == 1
        assert any_app.test_client().get("/health/live").status_code == 200
        assert len(in_lake(get(Lake))) < len(ids)
        subprocess.run(["mount", "-o", "remount,size=64m", tmp_path / "lake"], check=True)
        get(LakeSync).run()
        assert in_lake(get(Lake)) == sorted(ids)


@contextmanager
def tmpfs(folder, size):
    """A small disk. Mounting needs root; elsewhere a limit on the size of files would not be the same."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)
