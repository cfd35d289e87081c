"""How tables and disks grow, by what the samplers measured in the last 30 days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.windows import Measurements, NameFilter, Windows
from backend.clock import Clock

MONTH, DAYS, FULL_PERCENT = timedelta(days=30), 30, 90.0
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


class StorageGrowth:
    def __init__(self, windows: Windows, now: Clock) -> None:
        self._windows = windows
        self._now = now

    def tables(self) -> Sequence[Growth]:
        """The largest first."""
        return sorted(self._of(TABLES), key=lambda growth: growth.latest, reverse=True)

    def disks(self) -> Sequence[Growth]:
        """The fullest first; a mount of several hosts as the host has it that measured last."""
        return sorted(self._of(DISKS), key=lambda growth: growth.latest, reverse=True)

    def _of(self, prefix: str) -> Iterator[Growth]:
        now = self._now()
        read = self._windows.read([Family.HOST], now - MONTH, now, buckets=DAYS)
        for name in read.by_name(Family.HOST, NameFilter(prefixes=(prefix,))):
            yield _growth(read, name, name.removeprefix(prefix))


def _growth(read: Measurements, name: str, shown: str) -> Growth:
    course = read.course(Family.HOST, NameFilter(names=(name,)))
    said = [(bucket.starts_at, bucket.window.latest) for bucket in course if bucket.window]
    values = [(at, latest) for at, latest in said if latest is not None]
    (began, first), (ended, latest) = values[0], values[-1]
    return Growth(shown, latest, first, (ended - began) / timedelta(days=1))
