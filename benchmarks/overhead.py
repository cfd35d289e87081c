"""`python -m benchmarks.overhead`: what measuring costs the empty route, monitoring on and off in one run."""

from __future__ import annotations

import gc
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time

from flask import Flask
from werkzeug.test import EnvironBuilder

from app.logs import without_request_lines
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.readings import Family, Readings
from backend.plugins import KEY
from tests.conftest import make_app, make_settings, migrate

EMPTY = "/health/live"
WARM, BLOCK, PAIRS, RECORDS = 500, 50, 400, 100_000
FLUSHED = 40  # blocks of one flush: 2,000 requests, as in five seconds of a busy worker
MICROSECONDS = 1e6


@dataclass(frozen=True)
class Overhead:
    """Microseconds of CPU a request, with monitoring off and on, for writing down what was measured, and a reading."""

    off: float
    measured: float
    written: float
    reading: float

    @property
    def share(self) -> float:
        """Of the throughput, all included."""
        return (self.measured + self.written) / self.off


class EmptyRoute:
    """Asks an app for its empty route, in this process and without a server."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._readings = app.extensions[KEY].build(Readings)
        self._builder = EnvironBuilder(path=EMPTY)

    def seconds(self, *, is_on: bool, requests: int = BLOCK) -> float:
        """CPU time of so many requests; other processes do not count."""
        self._readings.is_on = is_on
        began = process_time()
        for _ in range(requests):
            answer = self._app.wsgi_app(self._builder.get_environ(), lambda *_: lambda _: None)
            b"".join(answer)
            answer.close()  # type: ignore[attr-defined]
        return process_time() - began


def overhead(app: Flask) -> Overhead:
    """Blocks in turns, so that whatever else the machine does falls on both."""
    route, registry = EmptyRoute(app), app.extensions[KEY]
    route.seconds(is_on=True, requests=WARM)
    registry.build(Readings).drain()
    gc.collect()
    gc.freeze()
    pairs, flushes = [], []
    for number in range(PAIRS):
        first = route.seconds(is_on=number % 2 == 0)
        second = route.seconds(is_on=number % 2 != 0)
        pairs.append((first, second) if number % 2 else (second, first))
        if number % FLUSHED == FLUSHED - 1:
            flushes.append(_of_a_flush(app))
    return Overhead(
        off=median(off for off, _ in pairs) / BLOCK * MICROSECONDS,
        measured=median(on - off for off, on in pairs) / BLOCK * MICROSECONDS,
        written=median(flushes) / (FLUSHED * BLOCK) * MICROSECONDS,
        reading=_of_a_reading() * MICROSECONDS,
    )


def _of_a_flush(app: Flask) -> float:
    began = process_time()
    with app.app_context():
        app.extensions[KEY].build(Flusher).flush()
    return process_time() - began


def _of_a_reading() -> float:
    readings = Readings()
    began = process_time()
    for _ in range(RECORDS):
        readings.record(Family.REQUEST, "GET /jobs/<slug>", 0.012, "2xx")
    return (process_time() - began) / RECORDS


def print_overhead() -> None:
    app = make_app(make_settings(Path(tempfile.mkdtemp(prefix="mingus-bench-"))))
    migrate(app)
    with without_request_lines():
        cost = overhead(app)
    print("\n## What measuring costs\n")
    print("| the empty route | µs of CPU a request |\n|---|---|")
    print(f"| monitoring off | {cost.off:.0f} |")
    print(f"| measuring, more than off | {cost.measured:.1f} |")
    print(f"| writing down what was measured | {cost.written:.1f} |")
    print(f"\n{cost.share:.1%} of the throughput; one measurement takes {cost.reading:.2f} µs.")


if __name__ == "__main__":
    print_overhead()
