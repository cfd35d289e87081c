"""`python -m benchmarks.monitoring`: the cost of a measurement, the size of 90 days, and the time of their summary."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from math import log
from pathlib import Path
from random import Random
from statistics import median

import numpy as np
from flask import Flask
from sqlalchemy import make_url

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.monitoring.flush_payload import packed
from backend.analytics.monitoring.folding import Folding
from backend.analytics.monitoring.measured import measured
from backend.analytics.monitoring.models import Level
from backend.analytics.monitoring.overview import overview_of
from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.monitoring.series import Columns, SeriesSet
from backend.analytics.monitoring.sketches import MAPPING
from backend.analytics.monitoring.spans import KEPT, floor
from backend.analytics.monitoring.store import PerformanceStore, SeriesRow
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import get
from tests.conftest import make_app, make_settings, migrate

ROUTES, WORKERS, DAYS = 30, 4, 90
FLUSHED, TURNS = 2_000, 40  # readings of one flush: 400 a second
A_SECOND = 10.0  # requests of the whole site
DIFFERENT = 20  # rows of a level that differ from one another; the rest repeat them
KEYS_PER_E = 1 / log(MAPPING.gamma)
Numbers = np.random.default_rng
Generator = np.random.Generator


@dataclass(frozen=True)
class Traffic:
    """What one family measures: its series, how many values a second, and their lognormal distribution."""

    family: Family
    labels: tuple[tuple[str, str], ...]
    a_second: float
    median: float
    spread: float


def labels(names: Iterable[str], *outcomes: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, outcome) for name in names for outcome in outcomes)


ROUTE_NAMES = [f"GET /route/{number}/<slug>" for number in range(ROUTES)]
GAUGES = ("cpu_percent", "memory_percent", "disk_percent:/", "load_1m", "database_connections", "redis_memory_bytes")
VITALS = [
    f"{vital} {route} {device}"
    for vital in ("LCP", "CLS", "INP")
    for route in ROUTE_NAMES[:10]
    for device in ("phone", "desktop")
]
TRAFFIC = (
    Traffic(Family.REQUEST, labels(ROUTE_NAMES, "2xx", "4xx"), A_SECOND, 0.02, 0.6),
    Traffic(Family.REQUEST_BYTES, labels(ROUTE_NAMES, "2xx", "4xx"), A_SECOND, 8_000, 0.3),
    Traffic(Family.QUEUE, labels(["requests"], "ok"), A_SECOND, 0.001, 0.8),
    Traffic(Family.QUERY, labels([f"{number:016x}" for number in range(60)], "ok"), 3 * A_SECOND, 0.001, 0.5),
    Traffic(Family.CACHE, labels(["answers"], "hit", "miss"), A_SECOND, 0.001, 0.1),
    Traffic(Family.JOB, labels([f"kind.{number}" for number in range(20)], "ok"), 0.5, 0.05, 0.6),
    Traffic(Family.OUTBOUND, labels(["slack", "ga4"], "ok"), 0.03, 0.2, 0.5),
    Traffic(Family.EMAIL, labels(["verification", "result"], "ok"), 0.01, 0.3, 0.5),
    Traffic(Family.LAKE, labels(["sync", "question"], "ok"), 0.1, 0.1, 0.6),
    Traffic(Family.HOST, labels(GAUGES, "host-1"), len(GAUGES) / 5, 40, 0.1),
    Traffic(Family.CALCULATOR_LOAD, labels(["phone", "desktop"], "ok"), 0.5, 0.9, 0.4),
    Traffic(Family.VITAL, labels(VITALS, "ok"), 1.0, 0.9, 0.5),
    Traffic(Family.FLUSH, labels(["write"], "ok"), WORKERS / 5, 0.01, 0.3),
)


def print_monitoring() -> None:
    recording, writing = cost()
    app = make_app(make_settings(Path(tempfile.mkdtemp(prefix="mingus-bench-"))))
    migrate(app)
    print("| monitoring | |\n|---|---|")
    print(f"| to record, µs a measurement | {recording:.2f} |")
    print(f"| to write it down and pack it, µs a measurement | {writing:.2f} |")
    empty = size(app)
    with app.app_context():
        fill()
    print(f"| {ROUTES} routes, {WORKERS} workers, {DAYS} days, MB of SQLite | {size(app) - empty:.1f} |")
    print(f"| to fold the flushes of five seconds, ms | {median(folds(app)):.0f} |")
    for hours in (1, 24, 168, 24 * DAYS):
        print(f"| summary of {hours} hours, ms | {median(summaries(app, hours)):.0f} |")
    print()


def cost() -> tuple[float, float]:
    """Processor time of recording, and of what the thread that writes does every five seconds, medians of all turns."""
    random, recording, writing = Random(15), [], []
    values = [(f"GET /route/{random.randrange(ROUTES)}", random.lognormvariate(-4, 0.6)) for _ in range(FLUSHED)]
    readings = Readings()
    for _ in range(TURNS):
        began = time.process_time()
        for name, value in values:
            readings.record(Family.REQUEST, name, value, "2xx")
        recorded = time.process_time()
        packed(measured(readings.drain()))
        recording.append(recorded - began)
        writing.append(time.process_time() - recorded)
    return median(recording) / FLUSHED * 1e6, median(writing) / FLUSHED * 1e6


def fill() -> None:
    """Rows as folding leaves them: minutes of 48 hours, hours of 60 days, days, with what all workers did in each."""
    session = get_db_session()
    store, now = PerformanceStore(session), int(utc_now().timestamp())
    for level in (Level.MINUTE, Level.HOUR, Level.DAY, Level.WEEK):
        first = floor(now - min(KEPT[level], DAYS * 86_400), level)
        different = [row_of(level, Numbers(seed)) for seed in range(DIFFERENT)]
        starts = range(first, now + 1, level)
        rows = [SeriesRow(level, start, different[place % DIFFERENT]) for place, start in enumerate(starts)]
        store.put(rows)
        if level is Level.DAY:
            days = [(row.starts, overview_of(SeriesSet.from_bytes(row.payload)).to_bytes()) for row in rows]
            store.put([SeriesRow(Level.OVERVIEW, starts, payload) for starts, payload in days])
        session.commit()


def row_of(level: Level, numbers: Generator) -> bytes:
    """A span in which the site had its usual traffic."""
    return SeriesSet.merged([series_of(traffic, level, numbers) for traffic in TRAFFIC]).to_bytes()


def series_of(traffic: Traffic, seconds: int, numbers: Generator) -> SeriesSet:
    shares = 1 / np.arange(1, len(traffic.labels) + 1)  # few routes have most of the requests
    expected = traffic.a_second * seconds * shares / shares.sum()
    keys = np.arange(-1_400, 2_600, dtype=np.int32)
    distance = (keys / KEYS_PER_E - log(traffic.median)) / traffic.spread
    likely = np.exp(-(distance**2) / 2)
    drawn = numbers.poisson(expected[:, None] * likely / likely.sum())
    owners, places = np.nonzero(drawn)
    counts, sizes = drawn.sum(axis=1), np.bincount(owners, minlength=len(expected))
    totals = counts * traffic.median * numbers.uniform(1, 1.1, len(counts))
    maxima = traffic.median * np.exp(traffic.spread * numbers.uniform(2, 3, len(counts)))
    nothing = np.full(len(counts), -np.inf)
    columns = Columns(counts, totals, maxima, nothing, maxima, sizes, keys[places], drawn[owners, places])
    seen = counts > 0
    names = [(traffic.family.value, *label) for label, is_seen in zip(traffic.labels, seen, strict=True) if is_seen]
    return SeriesSet(tuple(names), columns.where(seen)).renamed(names)


def size(app: Flask) -> float:
    """Of the database file, in MB."""
    path = Path(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database or "")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size / 1e6


def folds(app: Flask) -> list[float]:
    """Milliseconds of folding what all workers wrote, into rows that are there."""
    seconds, random = [], Random(15)
    for _ in range(10):
        with app.app_context():
            store = get(PerformanceStore)
            for worker in range(WORKERS):
                readings = Readings()
                for traffic in TRAFFIC:
                    for _ in range(round(traffic.a_second * 5 / WORKERS)):
                        name, outcome = random.choice(traffic.labels)
                        value = random.lognormvariate(log(traffic.median), traffic.spread)
                        readings.record(traffic.family, name, value, outcome)
                store.add_flush("host", worker, utc_now(), packed(measured(readings.drain())))
            get_db_session().commit()
            began = time.process_time()
            get(Folding).fold()
            seconds.append(1000 * (time.process_time() - began))
    return seconds


def summaries(app: Flask, hours: int) -> list[float]:
    """Milliseconds of the whole request, after a first one."""
    client = app.test_client()
    with app.app_context():
        key = get(KeyService).create("bench", [Scope.MONITORING_READ])
    times = []
    for _ in range(6):
        began = time.process_time()
        answer = client.get(
            f"/api/analytics/performance/summary?hours={hours}", headers={"Authorization": f"Bearer {key}"}
        )
        times.append(1000 * (time.process_time() - began))
        assert answer.status_code == 200, answer.text
    return times[1:]


if __name__ == "__main__":
    print_monitoring()
