"""How tables and disks grow, by what the samplers measured in the last 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.windows import Measurements, NameFilter, Windows
from backend.clock import Clock

MONTH, DAYS, FULL_PERCENT = timedelta(days=30), 30, 90.0
DAY = 86_400.0
TABLES, DISKS = "table_bytes:", "disk_percent:"


@dataclass(frozen=True, slots=True)
class Growth:
    """What a gauge said last, and first, so many days before; `name` is that of a table or mount."""

    name: str
    latest: float
    first: float
    days: float

    @property
    def grown(self) -> float | None:
        """None until a day has passed."""
        return self.latest - self.first if self.days else None

    @property
    def days_to_full(self) -> float | None:
        """Days until a disk is 90% full if it goes on like this; 0 if it is, None if it does not grow."""
        if self.latest >= FULL_PERCENT:
            return 0.0
        if not self.grown or self.grown < 0:
            return None
        return (FULL_PERCENT - self.latest) / (self.grown / self.days)


class Growths(NamedTuple):
    """The largest table and the fullest disk first; a mount of several hosts as the one has it that measured last."""

    tables: Sequence[Growth]
    disks: Sequence[Growth]


class StorageGrowth:
    def __init__(self, windows: Windows, now: Clock) -> None:
        self._windows = windows
        self._now = now

    def of_month(self) -> Growths:
        now = self._now()
        read = self._windows.read([Family.HOST], now - MONTH, now, buckets=DAYS)
        return Growths(_of(read, TABLES), _of(read, DISKS))


def _of(read: Measurements, prefix: str) -> Sequence[Growth]:
    names = read.by_name(Family.HOST, NameFilter(prefixes=(prefix,)))
    grown = [_growth(read, name, name.removeprefix(prefix)) for name in names]
    return sorted(grown, key=lambda growth: (-growth.latest, growth.name))


def _growth(read: Measurements, name: str, shown: str) -> Growth:
    course = read.course(Family.HOST, NameFilter(names=(name,)))
    said = [bucket.window for bucket in course if bucket.window]
    values = [(window.latest_at, window.latest) for window in said if window.latest is not None]
    (began, first), (ended, latest) = values[0], values[-1]
    return Growth(shown, latest, first, (ended - began) / DAY)
