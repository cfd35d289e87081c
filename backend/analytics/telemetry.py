"""Counts to StatsD, and the quiet twin for when there is none."""

from __future__ import annotations

import logging
from collections import deque
from threading import Event, Thread
from typing import Protocol

from statsd import StatsClient

from backend.plugins import Health

FLUSH_SECONDS = 1.0
CAPACITY = 10_000
logger = logging.getLogger(__name__)


class Telemetry(Protocol):
    """The counters of services. Never blocks, never raises, never decides anything."""

    def count(self, name: str, value: int = 1) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def health(self) -> Health: ...


class NullTelemetry:
    """Reports nowhere."""

    def count(self, name: str, value: int = 1) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def health(self) -> Health:
        return Health(ok=True, reason="StatsD is not configured")


class StatsdTelemetry:
    """Collects in memory and sends once a second in few packets, since UDP drops bursts."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._waiting: deque[tuple[str, int]] = deque(maxlen=CAPACITY)
        self._stopping = Event()
        self._thread: Thread | None = None
        self._complained = False

    def count(self, name: str, value: int = 1) -> None:
        self._waiting.append((name, value))

    def start(self) -> None:
        if self._thread is None:
            self._stopping.clear()
            self._thread = Thread(target=self._run, name="telemetry", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._stopping.set()
            self._thread.join()
            self._thread = None

    def health(self) -> Health:
        if self._thread is None or not self._thread.is_alive():
            return Health(ok=False, reason="not running")
        return Health(ok=True)

    def flush(self) -> None:
        """Sends the gathered counts; on failure they are dropped, as UDP would, and a warning is logged once."""
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not batch:
            return
        try:
            with StatsClient(*self._address, maxudpsize=1432).pipeline() as pipeline:
                for name, value in batch:
                    pipeline.incr(name, value)
        except OSError as error:
            if not self._complained:
                logger.warning("StatsD at %s:%s cannot be reached: %s", *self._address, error)
            self._complained = True
        else:
            self._complained = False

    def _run(self) -> None:
        while not self._stopping.wait(FLUSH_SECONDS):
            self.flush()
        self.flush()


def telemetry_for(host: str, port: int) -> Telemetry:
    return StatsdTelemetry(host, port) if host else NullTelemetry()
