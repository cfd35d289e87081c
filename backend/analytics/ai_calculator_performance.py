"""The performance plugin: starts and stops monitoring, and measures, for Python callers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from backend.analytics.monitoring.control import MonitoringControl, MonitoringStatus
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.following import Follower
from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.monitoring.summary import LONGEST_HOURS, PerformanceSummary, Summary
from backend.plugins import KEY, Health, Registry, current, get

if TYPE_CHECKING:
    from flask import Flask

NOT_RUNNING = "the thread that writes down what was measured does not run"


class AiCalculatorPerformance:
    """Owns this process's thread of monitoring."""

    name = "ai_calculator_performance"

    def __init__(self) -> None:
        self._app: Flask
        self._follower: Follower | None = None

    def init_app(self, app: Flask) -> None:
        self._app = app

    def start(self) -> None:
        if not self._is_running:
            self._follower = Follower(
                self._app.app_context,
                lambda: get(MonitoringControl),
                self._registry.build(Readings),
                self._registry.build(Flusher).flush,
                self._app.config["HOST_ID"],
            )
            self._follower.start()

    def stop(self) -> None:
        if self._follower is not None and self._is_running:
            self._follower.stop()

    def health(self) -> Health:
        """Without monitoring the site works as before."""
        return Health(ok=self._is_running, reason="" if self._is_running else NOT_RUNNING, vital=False)

    def start_monitoring(self, who: str = "cli") -> MonitoringStatus:
        """Turn monitoring on, for every process of every host. `who`: as the audit log is to name the caller."""
        return get(MonitoringControl).start(who)

    def stop_monitoring(self, who: str = "cli") -> MonitoringStatus:
        """Turn monitoring off, for every process of every host."""
        return get(MonitoringControl).stop(who)

    def get_performance_summary(self, hours: int = 24) -> Summary:
        """How everything that is measured went. Raises ValueError unless `hours` is 1 to 2160."""
        if not 1 <= hours <= LONGEST_HOURS:
            raise ValueError(f"hours must be from 1 to {LONGEST_HOURS}")
        return get(PerformanceSummary).of_last(hours)

    @contextmanager
    def track_calculator_load_time(self, page: str = "calculator") -> Iterator[None]:
        """Measure how long the calculator takes to load."""
        with self._tracking(Family.CALCULATOR_LOAD, page):
            yield

    @contextmanager
    def track_database_query(self, name: str) -> Iterator[None]:
        """Measure a query under a name of its own, beside its fingerprint, which is measured without being asked."""
        with self._tracking(Family.QUERY, name):
            yield

    @contextmanager
    def track_email_delivery(self, letter: str = "letter") -> Iterator[None]:
        """Measure how long it takes to hand a letter to the mail server."""
        with self._tracking(Family.EMAIL, letter):
            yield

    @contextmanager
    def track_payment_processing(
        self, provider: str = "payment", declined: tuple[type[Exception], ...] = ()
    ) -> Iterator[None]:
        """Measure a payment. `declined`: what the provider raises for a card it refuses, which is processed too."""
        with self._tracking(Family.PAYMENT, provider, fine=declined):
            yield

    @property
    def _registry(self) -> Registry:
        registry: Registry = self._app.extensions[KEY]
        return registry

    @property
    def _is_running(self) -> bool:
        return self._follower is not None and self._follower.is_running

    @contextmanager
    def _tracking(self, family: Family, name: str, fine: tuple[type[Exception], ...] = ()) -> Iterator[None]:
        began, outcome = perf_counter(), "failed"
        try:
            yield
            outcome = "ok"
        except fine:
            outcome = "ok"
            raise
        finally:
            self._registry.build(Readings).record(family, name, perf_counter() - began, outcome)


ai_calculator_performance = current(AiCalculatorPerformance)
