"""The sampler of a host: one process, outside the web workers, that measures what no request shows."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.host_figures import HostFigures
from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.monitoring.shared_figures import SharedFigures
from backend.analytics.monitoring.state import Desired
from backend.jobs.leases import Leases

SAMPLING_SECONDS, ASKING_SECONDS, PATIENCE_SECONDS = 5.0, 2.0, 5.0
PRIMING_SECONDS = 0.5  # the first figures of processors are of this interval
TABLES_SECONDS = 3600.0  # on SQLite every page is read for it
NO_DATABASE = (SQLAlchemyError, OSError)
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SamplerServices:
    """What a round of the sampler asks, each within its own context of the app."""

    context: Callable[[], AbstractContextManager[object]]
    leases: Callable[[], Leases]
    control: Callable[[], MonitoringControl]
    shared: Callable[[], SharedFigures]
    flush: Callable[[], object]


class Sampler:
    """Samples while it holds the lease of its host; a round that hangs loses it, and another process takes over."""

    def __init__(self, services: SamplerServices, host_figures: HostFigures, readings: Readings, host: str) -> None:
        self._services = services
        self._host_figures = host_figures
        self._readings = readings
        self._host = host
        self._holder = f"{os.getpid()} {secrets.token_hex(4)}"
        self._tables_at = 0.0
        self._complained = False
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="sampler", daemon=True)
        self._in_a_round, self._is_paused = Lock(), False

    @property
    def lease(self) -> str:
        return f"sampler:{self._host}"

    def start(self) -> None:
        self._host_figures.prime()
        self._thread.start()

    def stop(self) -> None:
        """Give the lease back, so that the next process need not wait for its end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_SECONDS)

    def pause(self) -> None:
        """Begin no round until `resume`; the round at hand is waited for, but not for long."""
        self._is_paused = self._in_a_round.acquire(timeout=PATIENCE_SECONDS)

    def resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._in_a_round.release()

    def _run(self) -> None:
        pause = PRIMING_SECONDS
        while not self._stopping.wait(pause):
            with self._in_a_round:
                pause = SAMPLING_SECONDS if self._trying(self._round) else ASKING_SECONDS
        self._trying(self._give_back)

    def _round(self) -> bool:
        """Whether this process is the sampler."""
        fence = self._services.leases().hold(self.lease, self._holder)
        if fence is None or self._services.control().order().desired is Desired.OFF:
            self._host_figures.prime()
            return fence is not None
        figures = {**self._host_figures.look(), **self._services.shared().look()}
        if self._services.control().keep_figures(self._host, fence, figures):
            self._record({**figures, **self._tables()})
            self._services.flush()
        return True

    def _tables(self) -> Mapping[str, float]:
        if monotonic() < self._tables_at:
            return {}
        self._tables_at = monotonic() + TABLES_SECONDS
        return self._services.shared().tables()

    def _record(self, figures: Mapping[str, float]) -> None:
        for name, value in figures.items():
            self._readings.record(Family.HOST, name, value, self._host)

    def _give_back(self) -> bool:
        self._services.leases().release(self.lease, self._holder)
        return True

    def _trying(self, deed: Callable[[], bool]) -> bool:
        try:
            with self._services.context():
                done = deed()
        except NO_DATABASE as error:
            if not self._complained:
                logger.warning("the host is not measured: the database does not answer (%s)", type(error).__name__)
            self._complained = True
            return False
        self._complained = False
        return done
