"""Writing down what a process measured, every few seconds; while the database is away, keeping it in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from time import perf_counter

from sqlalchemy.exc import SQLAlchemyError

from backend.analytics.monitoring.flush_payload import packed
from backend.analytics.monitoring.measured import Measured, measured, merged
from backend.analytics.monitoring.models import Level
from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.monitoring.series import SeriesSet
from backend.analytics.monitoring.spans import floor
from backend.jobs.attempt import Attempts

FLUSH_SECONDS = 5.0
MOST_BYTES = 32 * 1024 * 1024
ROW_BYTES, BIN_BYTES = 200, 12
logger = logging.getLogger(__name__)


class Flusher:
    """Writes the readings of this process as one row. What was measured after the last flush is lost with a kill.

    `write` commits the bytes, or raises SQLAlchemyError.
    """

    def __init__(self, readings: Readings, write: Callable[[bytes], None]) -> None:
        self._readings = readings
        self._write = write
        self._attempts = Attempts()
        self._also: list[Callable[[], object]] = []
        self._waiting: dict[int, SeriesSet] = {}
        self._lock = Lock()
        self._is_away = False
        self._last_seconds = 0.0

    def also(self, action: Callable[[], object]) -> None:
        """Let this run with each flush, outside any request's transaction."""
        self._also.append(action)

    def begin(self) -> None:
        """Forget, after a fork, what the parent measured: it writes that itself."""
        self._lock = Lock()
        self._readings.drain()
        self._waiting = {}

    def flush(self) -> bool:
        """Write what was measured since the last flush; False if it has to wait. Any thread may, and none twice."""
        with self._lock:
            is_written = self._flush_readings()
        for action in self._also:
            self._attempts.attempt("what runs with each flush of monitoring", action)
        return is_written

    def _flush_readings(self) -> bool:
        self._readings.record(Family.FLUSH, "write", self._last_seconds)
        began = perf_counter()
        self._waiting = bounded(merged([self._waiting, measured(self._readings.drain())]))
        if not self._waiting:
            return True
        try:
            self._write(packed(self._waiting))
        except SQLAlchemyError as error:
            if not self._is_away:
                logger.warning("measurements wait in memory, since they cannot be written: %s", error)
            self._is_away = True
            return False
        self._waiting, self._is_away, self._last_seconds = {}, False, perf_counter() - began
        return True


def bounded(spans: dict[int, SeriesSet], most_bytes: int = MOST_BYTES) -> dict[int, SeriesSet]:
    """The spans in bounded memory: when there are too many, minutes become hours, and then the oldest are dropped."""
    if _weight(spans) <= most_bytes:
        return spans
    spans = merged({floor(minute, Level.HOUR): series} for minute, series in spans.items())
    dropped = 0
    while _weight(spans) > most_bytes:
        del spans[min(spans)]
        dropped += 1
    if dropped:
        logger.warning("%s hours of measurements are lost: the database was away for too long", dropped)
    return spans


def _weight(spans: Measured) -> int:
    return sum(ROW_BYTES * len(series.labels) + BIN_BYTES * len(series.columns.keys) for series in spans.values())
