"""What a scrape is answered with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.exposition.metrics import METRICS, Kind
from backend.analytics.monitoring.hosts import HostStatus
from backend.analytics.monitoring.name_filter import NameFilter
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.sketches import Sketch
from backend.analytics.monitoring.state import Desired
from backend.analytics.monitoring.store import PerformanceStore
from backend.analytics.monitoring.totals import BOUNDS
from backend.analytics.monitoring.windows import Windows
from backend.clock import Clock

if TYPE_CHECKING:
    from backend.analytics.monitoring.exposition.collector import Exposition

HOUR, LATELY = timedelta(hours=1), timedelta(minutes=5)
SELDOM = NameFilter(names=("database_bytes",), prefixes=("table_bytes:",))  # once an hour


class Latest(NamedTuple):
    """The newest value of a gauge; the outcome is the host."""

    family: Family
    name: str
    outcome: str
    value: float


class ExpositionService:
    """Reads what all processes of all hosts wrote down, so that each of them answers a scrape alike."""

    def __init__(self, store: PerformanceStore, windows: Windows, control: MonitoringControl, now: Clock) -> None:
        self._store = store
        self._windows = windows
        self._control = control
        self._now = now

    def expose(self, accept: str) -> Exposition:
        """All metrics in the format that a scraper accepts."""
        from backend.analytics.monitoring.exposition.collector import Measured, expose

        status, now = self._control.status(), self._now()
        measured = Measured(
            is_on=status.desired is Desired.ON,
            totals=self._store.totals(),
            bounds=BOUNDS,
            last_hour=self._last_hour(now),
            latest=[*_of_hosts(status.hosts), *self._newest(now)],
        )
        return expose(measured, accept)

    def _last_hour(self, now: datetime) -> Mapping[Family, Mapping[str, Sketch]]:
        """By name, or all names as one where the metric has no label to tell them apart."""
        metrics = [metric for metric in METRICS if metric.kind is Kind.QUANTILES]
        measured = self._windows.read([metric.family for metric in metrics], now - HOUR, now)
        sketches: dict[Family, Mapping[str, Sketch]] = {}
        for metric in metrics:
            windows = measured.by_name(metric.family) if metric.labels else {"": measured.one(metric.family)}
            sketches[metric.family] = {name: window.sketch for name, window in windows.items()}
        return sketches

    def _newest(self, now: datetime) -> Iterator[Latest]:
        """Gauges that are measured less often than each few seconds."""
        sizes = self._windows.by_name(Family.HOST, now - 2 * HOUR, now, SELDOM)
        business = self._windows.by_name(Family.BUSINESS, now - LATELY, now)
        for family, windows in ((Family.HOST, sizes), (Family.BUSINESS, business)):
            for name, window in windows.items():
                if window.latest is not None:
                    yield Latest(family, name, "", window.latest)


def _of_hosts(hosts: Iterable[HostStatus]) -> Iterator[Latest]:
    for host in hosts:
        for name, value in host.figures.items():
            yield Latest(Family.HOST, name, host.id, value)
