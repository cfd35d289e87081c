"""CAP-2, CAP-7, checks 11, 13, 14 and 16: whatever breaks, acknowledged = stored = in the lake, each event once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta

import pytest

from tests.conftest import execute, server_environ
from tests.faults.load import assert_kept, flask, in_lake, landing, load, wait_for_more
from tests.servers import PROJECT, gunicorn, postgresql, redis

SYNC_POINTS = ["lake.sync.read", "lake.sync.written", "lake.sync.appended", "lake.sync.noted"]


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request, instance):
    """The environment of an installation of its own."""
    url = (
        f"sqlite:///{instance / 'mingus.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgresql_url")
    )
    return {**os.environ, **server_environ(instance, DATABASE_URL=url, LAKE_URL=str(instance / "lake"))}


def sync(world, **given):
    return flask({**world, **given}, "lake", "sync")


def assert_all_kept(sent, world):
    finished = sync(world)
    assert finished.returncode == 0, finished.stderr
    assert_kept(sent, world["DATABASE_URL"], world["LAKE_URL"])


def test_workers_killed_under_load(world, instance):
    with gunicorn(world, instance / "log") as server, load(server.url) as sent:
        for _ in range(3):
            wait_for_more(sent)
            os.kill(random.choice(sorted(server.workers())), signal.SIGKILL)
        wait_for_more(sent)

    assert_all_kept(sent, world)


def test_syncs_killed_at_every_step_under_load(world, instance):
    with gunicorn(world, instance / "log") as server, load(server.url) as sent:
        for point in SYNC_POINTS:
            wait_for_more(sent, 200)
            assert sync(world, FAULT_POINT=point).returncode == -signal.SIGKILL, point
            wait_for_more(sent, 200)
            sync(world)

    assert_all_kept(sent, world)


def test_two_syncs_at_once_under_load(world, instance):
    with gunicorn(world, instance / "log") as server, load(server.url) as sent:
        for _ in range(3):
            wait_for_more(sent, 500)
            command = [sys.executable, "-m", "flask", "lake", "sync"]
            syncs = [subprocess.Popen(command, cwd=PROJECT, env=world, stdout=subprocess.DEVNULL) for _ in range(2)]
            for one in syncs:
                one.wait(timeout=180)
        assert set(in_lake(world["LAKE_URL"]).values()) == {1}

    assert_all_kept(sent, world)


def test_postgresql_crashes_under_load(instance, tmp_path_factory):
    with postgresql() as cluster:
        execute(cluster.url, "CREATE DATABASE mingus")
        database = f"{cluster.url}/mingus"
        world = {**os.environ, **server_environ(instance, DATABASE_URL=database, LAKE_URL=str(instance / "lake"))}
        assert flask(world, "db", "upgrade").returncode == 0
        with gunicorn(world, instance / "log") as server, load(server.url) as sent:
            for _ in range(2):
                wait_for_more(sent)
                cluster.stop_at_once()
                time.sleep(1)
                cluster.start()
                started = time.monotonic()
                wait_for_more(sent)
                assert time.monotonic() - started < 30

        assert_all_kept(sent, world)


def test_redis_stops_under_load(world, instance):
    with redis() as url:
        world |= {"REDIS_URL": url}
        with gunicorn(world, instance / "log") as server, load(server.url) as sent:
            wait_for_more(sent)
            flask_port = int(url.rsplit(":", 1)[1].split("/")[0])
            kill_listener(flask_port)
            wait_for_more(sent, 2_000)

    assert sent.failures.total() <= len(sent.sent) / sent.size / 1_000
    assert_all_kept(sent, world)


def kill_listener(port: int) -> None:
    """End the Redis that listens on the port."""
    import redis as client

    connection = client.Redis(port=port)
    connection.shutdown(nosave=True)
    connection.close()


JUMPING_CLOCK = """
from datetime import UTC, datetime, timedelta
from pathlib import Path

import backend.clock

MOMENT = Path({moment!r})
backend.clock.utc_now = lambda: datetime.now(UTC) + timedelta(hours=int(MOMENT.read_text() or 0))
"""


def test_the_servers_clock_jumps_under_load(world, instance):
    """Hours ahead and back again: what senders say of their own clocks keeps each event where it belongs."""
    moment = instance / "hours"
    moment.write_text("0")
    (instance / "sitecustomize.py").write_text(JUMPING_CLOCK.format(moment=str(moment)))
    jumping = {**world, "PYTHONPATH": f"{instance}:{PROJECT}"}
    with gunicorn(jumping, instance / "log") as server, load(server.url) as sent:
        for hours in ("3", "-3", "0"):
            wait_for_more(sent)
            moment.write_text(hours)
        wait_for_more(sent)

    assert_all_kept(sent, world)
    assert received_within(world) > timedelta(hours=5)


def received_within(world):
    """The span of the times at which the server says it received what it stored."""
    first, last = (
        datetime.fromisoformat(str(at))
        for at in landing(world["DATABASE_URL"], "SELECT min(created_at), max(created_at) FROM analytics_events")[0]
    )
    return last - first
