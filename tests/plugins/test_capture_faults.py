"""Checks 11 and 13: what was acknowledged is stored, by id and once, whatever dies."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.orm import Session

from backend.analytics.events.event import Event, as_json
from backend.analytics.events.landing_reader import LandingReader
from backend.analytics.events.service import EventTracker
from backend.plugins import get
from tests.conftest import close, execute, make_app, make_settings, migrate, server_environ
from tests.servers import gunicorn, postgresql, wait_until

HEADERS = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}


class Visitors:
    """Eight senders who keep what was acknowledged, and send on until they are told to stop."""

    def __init__(self, url):
        self.address = urlsplit(url).netloc
        self.acknowledged: set[UUID] = set()
        self.refused: list[str | None] = []
        self.stopped = threading.Event()

    @contextmanager
    def sending(self):
        threads = [threading.Thread(target=self._send_on) for _ in range(8)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopped.set()
            for thread in threads:
                thread.join()

    def wait_for(self, more):
        goal = len(self.acknowledged) + more
        wait_until(lambda: len(self.acknowledged) >= goal, f"{more} more events to be acknowledged")

    def wait_for_refusals(self, more):
        goal = len(self.refused) + more
        wait_until(lambda: len(self.refused) >= goal, f"{more} more requests to be refused")

    def _send_on(self):
        while not self.stopped.is_set():
            ids = [uuid4() for _ in range(5)]
            try:
                status, retry_after = self.send(ids)
            except (OSError, http.client.HTTPException):
                continue
            if status == 202:
                self.acknowledged.update(ids)
            else:
                assert status == 503
                self.refused.append(retry_after)

    def send(self, ids):
        events = [{"event_type": "it_happened", "session_id": "s", "event_id": str(event_id)} for event_id in ids]
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request("POST", "/api/analytics/event", json.dumps(events), HEADERS)
            response = connection.getresponse()
            response.read()
            return response.status, response.getheader("Retry-After")
        finally:
            connection.close()


def stored(url):
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        ids = connection.scalars(sa.text("SELECT event_id FROM analytics_events")).all()
    return [UUID(bytes=each) if isinstance(each, bytes) else each for each in ids]


def assert_all_acknowledged_are_stored_once(visitors, url):
    ids = stored(url)
    assert visitors.acknowledged
    assert visitors.acknowledged - set(ids) == set()
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost_when_workers_are_killed(request, instance, database):
    url = f"sqlite:///{instance / 'mingus.db'}" if database == "sqlite" else request.getfixturevalue("postgresql_url")
    with gunicorn(server_environ(instance, DATABASE_URL=url), instance / "log") as server:
        visitors = Visitors(server.url)
        with visitors.sending():
            for _ in range(3):
                visitors.wait_for(100)
                os.kill(min(server.workers()), signal.SIGKILL)
            visitors.wait_for(100)

    assert_all_acknowledged_are_stored_once(visitors, url)


def test_postgresql_may_crash_under_load_and_come_back(tmp_path: Path):
    with postgresql() as cluster:
        execute(cluster.url, "CREATE DATABASE mingus")
        url = f"{cluster.url}/mingus"
        migrate(make_app(make_settings(tmp_path, DATABASE_URL=SecretStr(url))))
        with gunicorn(server_environ(tmp_path, DATABASE_URL=url), tmp_path / "log") as server:
            visitors = Visitors(server.url)
            with visitors.sending():
                for _ in range(2):
                    visitors.wait_for(100)
                    cluster.stop_at_once()
                    visitors.wait_for_refusals(8)
                    cluster.start()
                    visitors.wait_for(100)
        assert_all_acknowledged_are_stored_once(visitors, url)
        assert set(visitors.refused) == {"5"}


def test_a_crash_that_gives_transaction_numbers_out_again_hides_no_row(tmp_path: Path):
    with postgresql() as cluster:
        for setting in ("ALTER SYSTEM SET wal_writer_delay = '10s'", "SELECT pg_reload_conf()"):
            execute(cluster.url, setting)
        execute(cluster.url, "CREATE DATABASE mingus")
        url = f"{cluster.url}/mingus"
        app = make_app(make_settings(tmp_path, DATABASE_URL=SecretStr(url)))
        migrate(app)
        land(app)
        for _ in range(20):
            roll_back(url)
        position, _ = read_from(url, 0)
        cluster.stop_at_once()
        cluster.start()
        land(app)
        close(app)

        assert len(read_from(url, position)[1]) == 1


def land(app):
    """One event."""
    with app.app_context():
        get(EventTracker).record([Event(uuid4(), "it_happened", "s", None, datetime.now(UTC), as_json({}))])


def roll_back(url):
    """A transaction that has a number and leaves nothing behind."""
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        connection.execute(sa.text("SELECT pg_current_xact_id()"))
        connection.rollback()


def read_from(url, position):
    with Session(sa.create_engine(url, poolclass=sa.NullPool)) as session:
        batch = LandingReader(session).batch(position, 10)
    return batch.position, batch.rows


def test_ids_are_remembered_by_every_worker_and_after_a_restart(instance):
    ids = [uuid4() for _ in range(5)]
    for _ in range(2):
        with gunicorn(server_environ(instance), instance / "log") as server:
            assert {Visitors(server.url).send(ids)[0] for _ in range(10)} == {202}

    assert sorted(stored(f"sqlite:///{instance / 'mingus.db'}")) == sorted(ids)
