"""How fast files of events enter the lake: 2 million seeded rows in each format."""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from flask import Flask

from backend.analytics.imports.mapping import WrittenMapping
from backend.analytics.imports.service import EventImport, Imported
from backend.analytics.lake.subscribers import Subscribers
from backend.plugins import get
from tests.conftest import make_app, make_settings, migrate

ROWS = 2_000_000
NAMES = """['ai_calculator_opened', 'calculator_step_completed', 'calculator_step_completed', 'assessment_submitted',
 'conversion_offer_viewed', 'paid_upgrade_clicked']"""
EVENTS = f"""
SELECT md5(concat('event', i))::UUID::VARCHAR AS event_id, {NAMES}[k + 1] AS event_type,
  's-' || md5(concat('session', s))[1:16] AS session_id, CASE WHEN h % 4 = 0 THEN 'u-' || h % 100000 END AS user_id,
  strftime(TIMESTAMP '2026-06-01' + to_milliseconds(s * 2400 + k * 30000 + h % 20000), '%Y-%m-%dT%H:%M:%S.%g') || 'Z'
    AS "timestamp",
  CASE k WHEN 0 THEN json_object('source', ['google', 'newsletter', 'direct'][h % 3 + 1], 'campaign', 'c' || h % 20)
    WHEN 3 THEN json_object('job_title', ['Registered nurse', 'Bookkeeper', 'Kundenberater für Büro'][h % 3 + 1],
                            'risk_level', ['low', 'medium', 'high'][h % 3 + 1])
    WHEN 4 THEN json_object('offer', 'plan-' || h % 3)
    WHEN 5 THEN json_object('price_cents', h % 3 * 1000 + 990, 'currency', 'USD')
    ELSE json_object('step', k, 'seconds', (h % 6000) / 100.0) END AS event_data
FROM (SELECT i, i // 6 AS s, CAST(i % 6 AS INT) AS k,
  CAST(hash(i) % 1000000007 AS BIGINT) AS h FROM range({{rows}}) r(i))
"""
PROPERTIES = ("source", "campaign", "job_title", "risk_level", "offer", "price_cents", "currency", "step", "seconds")


@dataclass(frozen=True, slots=True)
class Run:
    """One import with its result and its cost."""

    name: str
    imported: Imported
    seconds: float
    cpu: float
    sessions: float
    sessions_cpu: float

    @property
    def row(self) -> str:
        rows = self.imported.rows
        return (
            f"| {self.name} | {rows / self.seconds:,.0f} | {self.seconds:.1f} | {self.cpu / rows * 1e6:.2f} "
            f"| {rows / (self.seconds + self.sessions):,.0f} | {self.sessions_cpu / rows * 1e6:.2f} |"
        )


class TimedSubscribers:
    """Subscribers, and the time they took: sessions are made after the rows are in the lake."""

    def __init__(self, subscribers: Subscribers) -> None:
        self._notify = subscribers.notify
        self.seconds = self.cpu = 0.0
        subscribers.notify = self.notify  # type: ignore[method-assign]

    def notify(self, days: frozenset[date]) -> None:
        started, cpu = time.perf_counter(), time.process_time()
        self._notify(days)
        self.seconds += time.perf_counter() - started
        self.cpu += time.process_time() - cpu


class Silent:
    def begins(self, size: int, notes: Any) -> None: ...

    def waits(self) -> None: ...

    def advances(self, position: int, rows: int) -> None: ...

    def rejected(self, row: Any) -> None: ...


def print_importing(rows: int = ROWS) -> None:
    """Import each format into a lake of its own, then one file a second time."""
    folder = Path(tempfile.mkdtemp(prefix="mingus-bench-import-"))
    print(
        f"| file import, {rows:,} rows, DuckDB on 2 threads and 512 MB | rows/s into the lake | s | CPU µs a row "
        "| rows/s with sessions made | CPU µs a row for sessions |"
    )
    print("|---|---|---|---|---|---|")
    for name, path, mapping in files(folder, rows):
        with an_app(folder) as app:
            print(measured(app, name, path, mapping).row, flush=True)
            if name == "NDJSON":
                print(measured(app, "NDJSON again, all duplicates", path, mapping).row, flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nGreatest memory of the process: {memory:,.0f} MB.\n")
    shutil.rmtree(folder)


def files(folder: Path, rows: int) -> Iterator[tuple[str, Path, WrittenMapping]]:
    """The same events in each format."""
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as connection:
        connection.execute(f"CREATE VIEW events AS {EVENTS.format(rows=rows)}")
        connection.execute(f"COPY events TO '{folder}/events.ndjson' (FORMAT json)")
        connection.execute(f"COPY events TO '{folder}/events.parquet' (FORMAT parquet)")
        flat = ", ".join(f"event_data->>'$.{name}' AS \"event_data.{name}\"" for name in PROPERTIES)
        query = f"SELECT * EXCLUDE event_data, {flat} FROM events"
        connection.execute(f"COPY ({query}) TO '{folder}/events.csv' (FORMAT csv)")
    yield "NDJSON", folder / "events.ndjson", WrittenMapping()
    yield "CSV", folder / "events.csv", WrittenMapping()
    yield "Parquet", folder / "events.parquet", WrittenMapping()


def measured(app: Flask, name: str, path: Path, mapping: WrittenMapping) -> Run:
    with app.app_context():
        subscribers = TimedSubscribers(get(Subscribers))
        started, cpu = time.perf_counter(), time.process_time()
        imported = get(EventImport).run(path, None, mapping, Silent())
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
        run = Run(
            name, imported, seconds - subscribers.seconds, used - subscribers.cpu, subscribers.seconds, subscribers.cpu
        )
    if imported.rejected or imported.cut_short:
        raise RuntimeError(f"{name}: the benchmark's own rows were refused: {imported}")
    return run


@contextmanager
def an_app(folder: Path) -> Iterator[Flask]:
    """A fresh installation with an empty lake."""
    instance = Path(tempfile.mkdtemp(dir=folder))
    app = make_app(make_settings(instance))
    migrate(app)
    yield app
    shutil.rmtree(instance)


if __name__ == "__main__":
    print_importing(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
