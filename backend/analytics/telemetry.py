"""Counts, times, and gauges to StatsD, and the quiet twin for when there is none."""

from __future__ import annotations

import logging
from collections import Counter, deque
from contextlib import suppress
from enum import StrEnum
from socket import SHUT_WR, socket
from threading import Event, Thread
from typing import Literal, NamedTuple, Protocol

from statsd import StatsClient, TCPStatsClient

from backend.plugins import Health

FLUSH_SECONDS = 1.0
CAPACITY = 200_000
TCP_TIMEOUT_SECONDS = 2.0
MOST_BYTES = 1432  # of a packet that a network carries whole
MILLISECONDS = 1000.0
logger = logging.getLogger(__name__)


class Telemetry(Protocol):
    """The counters of services. Never blocks, never raises, never decides anything."""

    def count(self, name: str, value: int = 1) -> None: ...

    def timing(self, name: str, seconds: float) -> None: ...

    def gauge(self, name: str, value: float) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def health(self) -> Health: ...


class NullTelemetry:
    """Reports nowhere."""

    def count(self, name: str, value: int = 1) -> None: ...

    def timing(self, name: str, seconds: float) -> None: ...

    def gauge(self, name: str, value: float) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def health(self) -> Health:
        return Health(ok=True, reason="StatsD is not configured")


class Kind(StrEnum):
    COUNT = "count"
    TIMING = "timing"
    GAUGE = "gauge"


class Measurement(NamedTuple):
    """One value that waits to be sent; times are in seconds."""

    kind: Kind
    name: str
    value: float


class ConfirmedClient(TCPStatsClient):  # type: ignore[misc]
    """The library's, but it waits until the server has read all and closes too."""

    def close(self) -> None:
        connection: socket | None = self._sock
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(SHUT_WR)
                connection.recv(1)
        super().close()


class StatsdTelemetry:
    """Collects in memory and sends once a second in few packets, since UDP drops bursts; TCP loses none."""

    def __init__(self, host: str, port: int, protocol: Literal["udp", "tcp"] = "udp") -> None:
        self._address = (host, port)
        self._protocol = protocol
        self._waiting: deque[Measurement] = deque(maxlen=CAPACITY)
        self._stopping = Event()
        self._thread: Thread | None = None
        self._complained = False

    def count(self, name: str, value: int = 1) -> None:
        self._waiting.append(Measurement(Kind.COUNT, name, value))

    def timing(self, name: str, seconds: float) -> None:
        self._waiting.append(Measurement(Kind.TIMING, name, seconds))

    def gauge(self, name: str, value: float) -> None:
        self._waiting.append(Measurement(Kind.GAUGE, name, value))

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
        """Sends what was gathered; on failure it is dropped, as UDP would, and a warning is logged once.

        By TCP it waits instead, as long as no connection could be made: nothing of it was sent.
        """
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not batch:
            return
        client = None
        try:
            client = self._client()
            _send(client, batch)
        except OSError as error:
            if client is None and self._protocol == "tcp":
                self._waiting.extendleft(reversed(batch[-(CAPACITY - len(self._waiting)) :]))
            if not self._complained:
                logger.warning("StatsD at %s:%s cannot be reached: %s", *self._address, error)
            self._complained = True
        else:
            self._complained = False
        finally:
            if isinstance(client, ConfirmedClient):
                client.close()

    def _client(self) -> StatsClient | ConfirmedClient:
        """Made anew each time, so that a server that moved is found. Raises OSError."""
        if self._protocol == "udp":
            return StatsClient(*self._address, maxudpsize=MOST_BYTES)
        client = ConfirmedClient(*self._address, timeout=TCP_TIMEOUT_SECONDS)
        try:
            client.connect()
        except OSError:
            client.close()
            raise
        return client

    def _run(self) -> None:
        while not self._stopping.wait(FLUSH_SECONDS):
            self.flush()
        self.flush()


def _send(client: StatsClient | ConfirmedClient, batch: list[Measurement]) -> None:
    with client.pipeline() as pipeline:
        for name, value in _sums(batch).items():
            pipeline.incr(name, value)
        for measurement in batch:
            if measurement.kind is Kind.TIMING:
                pipeline.timing(measurement.name, measurement.value * MILLISECONDS)
            elif measurement.kind is Kind.GAUGE:
                pipeline.gauge(measurement.name, measurement.value)


def _sums(batch: list[Measurement]) -> Counter[str]:
    """Each counter once: StatsD adds them up anyway."""
    sums: Counter[str] = Counter()
    for kind, name, value in batch:
        if kind is Kind.COUNT:
            sums[name] += int(value)
    return sums


def telemetry_for(host: str, port: int, protocol: Literal["udp", "tcp"] = "udp") -> Telemetry:
    return StatsdTelemetry(host, port, protocol) if host else NullTelemetry()
