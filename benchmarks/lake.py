"""How fast landing rows enter the lake, and how long one event takes to get there."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from pydantic import SecretStr
from sqlalchemy.orm import Session

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.lake.sync import LakeSync
from backend.clock import utc_now
from backend.extensions import db
from backend.plugins import get
from tests.conftest import close, execute, make_app, make_settings, migrate
from tests.servers import postgresql

ROWS, BATCH_SIZE = 500_000, 50_000
BEGAN = utc_now() - timedelta(hours=1)  # events of days that are over would make sessions of those days anew
KINDS = (
    ("ai_calculator_opened", {"source": "google", "medium": "cpc", "campaign": "autumn"}),
    ("calculator_step_completed", {"step": 2, "seconds": 14.2}),
    ("assessment_submitted", {"job_title": "Registered Nurses", "industry": "Hospitals", "risk_level": "medium"}),
)


@dataclass(frozen=True, slots=True)
class SyncSpeed:
    """Rows a second by wall clock and by CPU time, and milliseconds until one event is in the lake."""

    database: str
    rows_per_second: float
    rows_per_cpu_second: float
    one_event_ms: float
    nothing_new_ms: float


def sync_speeds(rows: int = ROWS) -> list[SyncSpeed]:
    with tempfile.TemporaryDirectory(prefix="mingus-bench-") as folder:
        speeds = [_measure("SQLite", make_app(make_settings(Path(folder))), rows)]
    with tempfile.TemporaryDirectory(prefix="mingus-bench-") as folder, postgresql() as cluster:
        execute(cluster.url, "CREATE DATABASE bench")
        url = SecretStr(f"{cluster.url}/bench")
        return [*speeds, _measure("PostgreSQL", make_app(make_settings(Path(folder), DATABASE_URL=url)), rows)]


def _measure(name: str, app: Flask, rows: int) -> SyncSpeed:
    migrate(app)
    with app.app_context():
        _fill(0, 1)
        get(LakeSync).run()
        for first in range(1, rows, BATCH_SIZE):
            _fill(first, BATCH_SIZE)
        begin, cpu = time.perf_counter(), time.process_time()
        synced = get(LakeSync).run()
        seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
        one_event, nothing = [], []
        for number in range(20):
            _fill(rows + BATCH_SIZE + number, 1)
            one_event.append(_milliseconds())
            nothing.append(_milliseconds())
        speed = SyncSpeed(name, synced.rows / seconds, synced.rows / cpu, sorted(one_event)[10], sorted(nothing)[10])
    close(app)
    return speed


def _milliseconds() -> float:
    begin = time.perf_counter()
    get(LakeSync).run()
    return (time.perf_counter() - begin) * 1000


def _fill(first: int, count: int) -> None:
    random = Random(first)
    rows = []
    for number in range(first, first + count):
        name, properties = KINDS[number % 3]
        when = BEGAN + timedelta(milliseconds=number)
        row = {"event_id": UUID(int=random.getrandbits(128)), "event_type": name, "event_data": properties}
        row |= {"session_id": f"s-{number // 8:032x}", "visitor_id": f"{random.getrandbits(128):032x}"}
        rows.append(row | {"timestamp": when, "created_at": when, "country": "US", "device": "mobile"})
    with Session(db.engine) as session, session.begin():
        session.execute(sa.insert(AnalyticsEvent), rows)


def print_sync_speeds() -> None:
    print("| sync into the lake | rows/s | rows/s of processor time | one event, ms | nothing new, ms |")
    print("|---|---|---|---|---|")
    for speed in sync_speeds():
        rates = f"{speed.rows_per_second:,.0f} | {speed.rows_per_cpu_second:,.0f}"
        print(f"| {speed.database} | {rates} | {speed.one_event_ms:.0f} | {speed.nothing_new_ms:.0f} |")
    print()


if __name__ == "__main__":
    print_sync_speeds()
