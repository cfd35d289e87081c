"""The thread of each process that obeys what is wanted of monitoring, and writes down what was measured."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event, Thread
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.hosts import HEARTBEAT
from backend.analytics.monitoring.readings import Readings
from backend.analytics.monitoring.state import Desired, Order

ASKING_SECONDS = 1.0
FLUSHING_SECONDS = 5.0
PATIENCE_SECONDS = 5.0
NO_DATABASE = (SQLAlchemyError, OSError)  # OSError: no file descriptor is left to wait for PostgreSQL with
logger = logging.getLogger(__name__)


class Follower:
    """Asks once a second, by a steady clock. While the database is away, what it said last stays."""

    def __init__(
        self,
        context: Callable[[], AbstractContextManager[object]],
        control: Callable[[], MonitoringControl],
        readings: Readings,
        flush: Callable[[], object],
        host: str,
    ) -> None:
        self._context = context
        self._control = control
        self._readings = readings
        self._flush = flush
        self._host = host
        self._obeyed: int | None = None
        self._beats_at = self._flushes_at = 0.0
        self._complained = False
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="monitoring", daemon=True)

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        """Ask before anything is measured; what the start itself took counts only while monitoring is on."""
        self._flushes_at = monotonic() + FLUSHING_SECONDS
        self._trying(self._ask)
        if not self._readings.is_on:
            self._readings.drain()
        self._thread.start()

    def stop(self) -> None:
        """Write down what was measured, and say that this process ends; not for long if the database hangs."""
        self._stopping.set()
        self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        self._round()
        while not self._stopping.wait(ASKING_SECONDS):
            self._round()
        self._trying(self._flush)
        self._trying(lambda: self._control().leave(self._host, os.getpid()))

    def _round(self) -> None:
        self._trying(self._follow)
        if monotonic() >= self._flushes_at:
            self._flushes_at = monotonic() + FLUSHING_SECONDS
            self._trying(self._flush)

    def _ask(self) -> Order:
        order = self._control().order()
        self._complained = False  # not by a flush: without the database it keeps in memory what it cannot write
        self._readings.is_on = order.desired is Desired.ON
        return order

    def _follow(self) -> None:
        order = self._ask()
        if order.generation != self._obeyed or monotonic() >= self._beats_at:
            self._beat(order)

    def _beat(self, order: Order) -> None:
        self._control().beat(self._host, os.getpid(), order.generation)
        self._obeyed, self._beats_at = order.generation, monotonic() + HEARTBEAT.total_seconds()

    def _trying(self, deed: Callable[[], object]) -> None:
        try:
            with self._context():
                deed()
        except NO_DATABASE as error:
            if not self._complained:
                logger.warning("monitoring goes on as it was: the database does not answer (%s)", type(error).__name__)
            self._complained = True
