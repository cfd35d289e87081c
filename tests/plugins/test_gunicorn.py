"""Plugins start in each worker and stop with it; what was acknowledged is stored."""

from __future__ import annotations

import json
import re
import runpy
import signal
import socket
import sqlite3
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from tests.conftest import server_environ
from tests.servers import PROJECT, gunicorn

EVENT = {"event_type": "assessment_submitted", "session_id": "s", "event_data": {"job_title": "Nurse"}}


def post(url, size=1):
    request = urllib.request.Request(
        f"{url}/api/analytics/event",
        json.dumps([EVENT] * size).encode(),
        {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)["accepted"]


@pytest.fixture
def statsd():
    """A StatsD server as far as it listens: a UDP socket."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(0.5)
        yield listener


def received(listener):
    """Counts per metric, of every packet that has come in."""
    counts = Counter()
    while True:
        try:
            packet = listener.recv(65_536).decode()
        except TimeoutError:
            return counts
        for name, value in re.findall(r"^([\w.]+):(\d+)\|c$", packet, re.MULTILINE):
            counts[name] += int(value)


def handled_by(log):
    """Worker process ids that answered an event request, from the log."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if '"rule": "/api/analytics/event"' in line]
    return {line["process"] for line in lines}


def post_to_every_worker(server):
    """Send events until each worker has taken some; how many were accepted."""
    accepted = 0
    with ThreadPoolExecutor(16) as pool:
        for _ in range(50):
            accepted += sum(pool.map(lambda _: post(server.url), range(100)))
            if handled_by(server.log) == server.workers():
                return accepted
    pytest.fail("one worker took every request")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_preloaded_workers_store_every_event_and_stop_cleanly(request, instance, statsd, database):
    url = f"sqlite:///{instance / 'mingus.db'}" if database == "sqlite" else request.getfixturevalue("postgresql_url")
    environ = server_environ(
        instance, DATABASE_URL=url, STATSD_HOST="127.0.0.1", STATSD_PORT=str(statsd.getsockname()[1]), LOG_LEVEL="INFO"
    )

    with gunicorn(environ, instance / "log", "--preload", "-w", "2") as server:
        sent = post_to_every_worker(server)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=40) == 0

    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM analytics_events")) == sent
    counts = received(statsd)
    assert counts["ai_calculator.assessment_submitted"] == sent
    assert counts["events.accepted"] == sent


def test_requests_in_flight_are_answered_when_the_server_is_told_to_stop(instance):
    with gunicorn(server_environ(instance), instance / "log") as server, ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(post, server.url, 500) for _ in range(16)]
        answers[0].result()
        server.process.send_signal(signal.SIGTERM)
        accepted = sum(answer.result() for answer in answers if answer.exception() is None)
        assert server.process.wait(timeout=40) == 0

    with closing(sqlite3.connect(instance / "mingus.db")) as connection:
        [[stored]] = connection.execute("SELECT count(*) FROM analytics_events")
    assert accepted == stored


def test_a_request_that_dawdles_over_its_body_holds_nobody_up(server, make_key):
    """Reading who asks must not keep SQLite's write lock while the body comes in."""
    address = urlsplit(server.url)
    with closing(socket.create_connection((address.hostname, address.port))) as slow:
        head = f"POST /api/analytics/event HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {make_key('events:write')}\r\n"
        slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n".encode() + b"[")
        time.sleep(0.5)

        assert post(server.url) == 1


def test_a_body_of_unknown_length_is_refused_whole_when_it_is_too_large(server, instance):
    line = json.dumps({**EVENT, "event_data": {"job_title": "n" * 100}}).encode() + b"\n"
    headers = {"Content-Type": "application/x-ndjson", "Sec-Fetch-Site": "same-origin"}
    with closing(HTTPConnection(urlsplit(server.url).netloc)) as connection:
        connection.request("POST", "/api/analytics/event", iter([line] * 900), headers, encode_chunked=True)
        assert connection.getresponse().status == 413
    with closing(sqlite3.connect(instance / "mingus.db")) as database:
        assert database.execute("SELECT count(*) FROM analytics_events").fetchone() == (0,)


def test_every_plugin_runs_in_a_worker(server):
    with urllib.request.urlopen(f"{server.url}/api/analytics/health") as response:
        health = json.load(response)

    assert health["status"] == "ok"
    plugins = {f"ai_calculator_{name}" for name in ("ab_testing", "analytics", "dashboard", "performance")}
    assert set(health["parts"]) == {"database", "experiments", "landing_table", "ga4", "lake", "mail", *plugins}


def test_a_worker_that_failed_to_boot_ends_quietly(instance, monkeypatch):
    monkeypatch.setenv("INSTANCE_DIR", str(instance))
    hooks = runpy.run_path(str(PROJECT / "config" / "gunicorn.py"))

    hooks["worker_exit"](None, object())
