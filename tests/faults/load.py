"""Senders that never give up, and what the promise is checked against: the ids they were told are stored."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import duckdb
import sqlalchemy as sa
from deltalake import DeltaTable

from tests.servers import PROJECT

HEADERS = {
    "Content-Type": "application/json",
    "Sec-Fetch-Site": "same-origin",
    "User-Agent": "Mozilla/5.0 Firefox/140.0",
}
PATIENCE = 180  # on a machine busy with other tests
PAUSE = 0.05  # a sender's, between batches: enough for some to be on their way whenever something breaks


@dataclass
class Load:
    """Sends batches from several threads, each again and again until the server takes it."""

    url: str
    size: int = 20
    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.stopping.is_set():
            events = [self._event() for _ in range(self.size)]
            self.sent.update(str(event["event_id"]) for event in events)
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline and not self._deliver(events):
                time.sleep(0.05)
            time.sleep(PAUSE)

    def _event(self) -> dict[str, object]:
        return {"event_id": str(uuid4()), "event_type": "ai_calculator_opened", "session_id": uuid4().hex[:12]}

    def _deliver(self, events: list[dict[str, object]]) -> bool:
        body = json.dumps({"sent_at": datetime.now(UTC).isoformat(), "events": events})
        try:
            with closing(HTTPConnection(urlsplit(self.url).netloc, timeout=20)) as connection:
                connection.request("POST", "/api/analytics/event", body, HEADERS)
                response = connection.getresponse()
                answer = response.read()
        except (OSError, HTTPException) as error:
            self.failures[type(error).__name__] += 1
            return False
        if response.status >= 500:
            self.failures[str(response.status)] += 1
            return False
        told = json.loads(answer)
        if response.status == 202 and told["accepted"] + told["duplicates"] == len(events):
            self.acknowledged.update(str(event["event_id"]) for event in events)
        else:
            self.refused.append(f"{response.status} {answer[:300]!r}")
        return True


@contextmanager
def load(url: str, threads: int = 6) -> Iterator[Load]:
    """Load while the block runs; when it ends, whatever was begun has been acknowledged."""
    load = Load(url)
    senders = [threading.Thread(target=load.run) for _ in range(threads)]
    for sender in senders:
        sender.start()
    try:
        yield load
    finally:
        load.stopping.set()
        for sender in senders:
            sender.join()


def wait_for_more(load: Load, events: int = 1_000) -> None:
    """Until so many further events were acknowledged: what broke works again."""
    goal, deadline = len(load.acknowledged) + events, time.monotonic() + PATIENCE
    while len(load.acknowledged) < goal:
        assert time.monotonic() < deadline, f"nothing is acknowledged any more: {load.failures}"
        time.sleep(0.02)


def flask(environ: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", *command],
        cwd=PROJECT,
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
    )


def landing(database_url: str, query: str) -> Sequence[sa.Row[Any]]:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return connection.execute(sa.text(query)).all()


def landed(database_url: str) -> Counter[str]:
    """How often each event id stands in the landing table."""
    sqlite = database_url.startswith("sqlite")
    column = "lower(hex(event_id))" if sqlite else "replace(event_id::text, '-', '')"
    return Counter(row[0] for row in landing(database_url, f"SELECT {column} FROM analytics_events"))


def in_lake(lake: str) -> Counter[str]:
    """How often each event id stands in the lake."""
    files = DeltaTable(f"{lake}/events").file_uris()
    rows = duckdb.sql(f"SELECT replace(event_id, '-', '') FROM read_parquet({files!r})").fetchall()
    return Counter(row[0] for row in rows)


def assert_kept(load: Load, database_url: str, lake: str) -> None:
    """Acknowledged = stored = in the lake, each once, by id."""
    acknowledged = {event_id.replace("-", "") for event_id in load.acknowledged}
    stored, arrived = landed(database_url), in_lake(lake)
    assert load.refused == []
    assert load.acknowledged == load.sent, load.failures
    assert set(stored) == acknowledged
    assert set(arrived) == acknowledged
    assert set(stored.values()) == {1} == set(arrived.values())
