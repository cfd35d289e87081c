"""Which rows answer for a time: days where they lie whole within it, hours and minutes at its edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Self

from backend.analytics.monitoring.models import Level

MINUTES_KEPT = 48 * 3_600
HOURS_KEPT = 60 * 86_400
DAYS_KEPT = 400 * 86_400
MINUTES_READ = 6 * 3_600
KEPT = {
    Level.MINUTE: MINUTES_KEPT,
    Level.HOUR: HOURS_KEPT,
    Level.DAY: DAYS_KEPT,
    Level.OVERVIEW: DAYS_KEPT,
    Level.WEEK: DAYS_KEPT + Level.WEEK,
}
FINER = {Level.WEEK: Level.DAY, Level.DAY: Level.HOUR, Level.HOUR: Level.MINUTE}
MINUTES_OF_STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720)
DAYS_OF_STEPS = (1, 2, 3, 4, 5, 7, 10, 14, 30)
STEPS = (*(60 * minutes for minutes in MINUTES_OF_STEPS), *(86_400 * days for days in DAYS_OF_STEPS))


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one level that start in `[first, last)`, in seconds since the epoch."""

    level: Level
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Period:
    """What is asked, in seconds since the epoch, from the start of its first row to the end of its last.

    `step`: how long a bucket of its course is, 0 where it has none.
    """

    first: int
    last: int
    step: int

    @classmethod
    def of(cls, since: float, until: float, now: float, buckets: int | None) -> Self:
        first, last = widened(since, until, now)
        return cls(first, last, step_of(first, last, now, buckets) if buckets else 0)

    @property
    def coarsest(self) -> Level:
        """The longest rows that lie whole in a bucket; without buckets any do."""
        longest_first = (Level.WEEK, Level.DAY, Level.HOUR, Level.MINUTE)
        return next(level for level in longest_first if self.step % level == 0)

    @property
    def begins(self) -> Sequence[int]:
        """The starts of the buckets."""
        return range(floor(self.first, self.step), self.last, self.step)


@dataclass(frozen=True, slots=True)
class Coverage:
    """When something could be measured: since the first measurement until now, but while monitoring was off.

    `measured`: the starts of spans in which anything was.
    """

    off: tuple[tuple[float, float], ...]
    begun: float
    now: float
    measured: AbstractSet[int]

    def seconds(self, first: float, last: float) -> float:
        """How much of the time from `first` to `last`."""
        first, last = max(first, self.begun), min(last, self.now)
        off = sum(max(0.0, min(last, end) - max(first, start)) for start, end in self.off)
        return max(0.0, last - first - off)

    def is_measured(self, first: int, last: int) -> bool:
        return any(first <= start < last for start in self.measured)


def floor(moment: float, length: int) -> int:
    return int(moment // length) * length


def ceiling(moment: float, length: int) -> int:
    return -int(-moment // length) * length


def finest(moment: float, now: float) -> Level:
    """The shortest rows that are still kept of a moment."""
    if moment >= now - MINUTES_KEPT:
        return Level.MINUTE
    return Level.HOUR if moment >= now - HOURS_KEPT else Level.DAY


def widened(since: float, until: float, now: float) -> tuple[int, int]:
    """The period from the start of its first row to the end of its last; what would lie ahead is not asked."""
    end = min(until, now + Level.MINUTE)
    return floor(since, finest(since, now)), ceiling(end, finest(end, now))


def step_of(since: int, until: int, now: float, buckets: int) -> int:
    """The shortest usual length of a bucket of which no more than `buckets` are needed, and for which rows are kept.

    Beyond `MINUTES_READ` it is whole hours, since there would be too many minutes to read.
    """
    shortest = Level.HOUR if until - since > MINUTES_READ else Level.MINUTE
    wanted = max((until - since) / buckets, shortest, finest(since, now))
    return next((step for step in STEPS if step >= wanted), STEPS[-1])


def pieces(since: int, until: int, coarsest: Level, now: float) -> Iterator[Piece]:
    """The rows that make up a period from `widened`, none twice, as few as there can be.

    The day and the hour that are still going on are whole, since nothing of them lies ahead.
    """
    if coarsest is Level.MINUTE:
        yield Piece(Level.MINUTE, since, until)
        return
    first = ceiling(since, coarsest)
    last = ceiling(until, coarsest) if until >= now else floor(until, coarsest)
    if first >= last:
        yield from pieces(since, until, FINER[coarsest], now)
        return
    if since < first:
        yield from pieces(since, first, FINER[coarsest], now)
    yield Piece(coarsest, first, last)
    if last < until:
        yield from pieces(last, until, FINER[coarsest], now)
