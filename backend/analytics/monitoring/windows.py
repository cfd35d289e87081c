"""What was measured between two moments: what rules, objectives, pages, and `/metrics` ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.sketches import Sketch


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Which names are meant. A prefix that begins with a slash is one of the path, whatever comes before it.

    Without `names` and `prefixes` all are meant except `excluded`, prefixes too.
    """

    prefixes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def includes(self, name: str) -> bool:
        if any(_begins(name, prefix) for prefix in self.excluded):
            return False
        if not self.prefixes and not self.names:
            return True
        return name in self.names or any(_begins(name, prefix) for prefix in self.prefixes)


ANY = NameFilter()


@dataclass(frozen=True, slots=True)
class Window:
    """`covered`: for how long monitoring was on in it. `latest`: the newest value, which is what a gauge says."""

    count: int
    failed: int
    total: float
    maximum: float
    latest: float | None
    sketch: Sketch
    covered: timedelta

    def quantile(self, q: float) -> float | None:
        return self.sketch.quantile(q)

    @property
    def error_rate(self) -> float | None:
        return self.failed / self.count if self.count else None

    @property
    def rate(self) -> float | None:
        """How many a second; None where monitoring was off all the time."""
        seconds = self.covered.total_seconds()
        return self.count / seconds if seconds else None


@dataclass(frozen=True, slots=True)
class Bucket:
    """A part of a course of time. Without a window monitoring was off in it: a gap."""

    starts_at: datetime
    window: Window | None


class Windows(Protocol):
    """Answers from what is kept, and from what is written and not yet folded."""

    def one(self, family: Family, since: datetime, until: datetime, names: NameFilter = ANY) -> Window:
        """All names and outcomes together."""

    def by_name(
        self, family: Family, since: datetime, until: datetime, names: NameFilter = ANY
    ) -> Mapping[str, Window]: ...

    def course(
        self, family: Family, since: datetime, until: datetime, names: NameFilter = ANY, *, buckets: int = 60
    ) -> Sequence[Bucket]:
        """About this many buckets of equal length, the oldest first."""


def _begins(name: str, prefix: str) -> bool:
    if not prefix.startswith("/"):
        return name.startswith(prefix)
    path = name.find("/")
    return path >= 0 and name.startswith(prefix, path)
