"""What was measured between two moments: what rules, objectives, pages, and `/metrics` ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import inf, isfinite

import numpy as np

from backend.analytics.monitoring.flush_payload import unpacked
from backend.analytics.monitoring.models import Level
from backend.analytics.monitoring.name_filter import ANY, NameFilter
from backend.analytics.monitoring.overview import groups_of
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.rows import Rows
from backend.analytics.monitoring.series import Groups, SeriesSet, grouped
from backend.analytics.monitoring.sketches import Sketch
from backend.analytics.monitoring.spans import Coverage, Period, Piece, pieces
from backend.analytics.monitoring.store import PerformanceStore, SeriesRow
from backend.clock import Clock

MOST_PARSED = 128  # 90 days of an overview, and the weeks and days with every name
OFTEN_CHANGED = frozenset({Level.UNROLLED, Level.MINUTE, Level.HOUR})
OffSpans = Callable[[datetime, datetime], Sequence[tuple[datetime, datetime | None]]]


__all__ = ["ANY", "Bucket", "Measurements", "NameFilter", "Window", "Windows"]


@dataclass(frozen=True, slots=True)
class Window:
    """`covered`: for how long monitoring was on in it. `latest`: the newest value, which is what a gauge says.

    `latest_at`: when it was measured, in seconds since the epoch; -inf where that is not kept.
    """

    count: int
    failed: int
    total: float
    maximum: float
    latest: float | None
    sketch: Sketch
    covered: timedelta
    latest_at: float = -inf

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


class Measurements:
    """What was read of one period, for as many questions as there are."""

    def __init__(self, rows: Mapping[Family, Rows], period: Period, coverage: Coverage) -> None:
        self._rows = rows
        self.period = period
        self._coverage = coverage

    def one(self, family: Family, names: NameFilter = ANY) -> Window:
        rows = self._rows[family].among(names)
        [window] = self._windows(rows, np.zeros(len(rows.columns), np.int64), [self.covered])
        return window

    def by_name(self, family: Family, names: NameFilter = ANY) -> dict[str, Window]:
        return self._grouped(family, names, 1)

    def by_outcome(self, family: Family, names: NameFilter = ANY) -> dict[str, Window]:
        """Of what is measured on hosts, the outcome is the host."""
        return self._grouped(family, names, 2)

    def course(self, family: Family, names: NameFilter = ANY) -> Sequence[Bucket]:
        rows, begins = self._rows[family].among(names), self.period.begins
        first = begins[0] if begins else 0
        covered = [self._coverage.seconds(start, start + self.period.step) for start in begins]
        windows = self._windows(rows, (rows.starts - first) // self.period.step, covered)
        return [
            Bucket(datetime.fromtimestamp(start, UTC), window if window.count or self._is_measured(start) else None)
            for start, window in zip(begins, windows, strict=True)
        ]

    @property
    def covered(self) -> float:
        """For how many seconds monitoring was on."""
        return self._coverage.seconds(self.period.first, self.period.last)

    def _grouped(self, family: Family, names: NameFilter, place: int) -> dict[str, Window]:
        """A window for each value at this place of a label: family, name, outcome."""
        rows = self._rows[family].among(names)
        distinct, groups = grouped([(label[place],) for label in rows.labels])
        covered = [self.covered] * len(distinct)
        windows = self._windows(rows, groups[rows.places], covered)
        return {value: window for (value,), window in zip(distinct, windows, strict=True)}

    def _is_measured(self, start: int) -> bool:
        return self._coverage.is_measured(start, start + self.period.step)

    def _windows(self, rows: Rows, groups: Groups, covered: Sequence[float]) -> list[Window]:
        many = len(covered)
        columns = rows.columns.combined(groups, many)
        failed = np.bincount(groups, np.where(rows.is_failed[rows.places], rows.columns.counts, 0), many)
        numbers = zip(
            columns.counts.tolist(),
            failed.astype(int).tolist(),
            columns.totals.tolist(),
            columns.maxima.tolist(),
            [latest if isfinite(at) else None for latest, at in zip(columns.latest, columns.latest_at, strict=True)],
            columns.sketches(),
            [timedelta(seconds=seconds) for seconds in covered],
            columns.latest_at.tolist(),
            strict=True,
        )
        return [Window(*values) for values in numbers]


class Windows:
    """Answers from what is kept and from what is written and not yet folded, to the minute, hour, or day that is kept.

    `off_spans` gives the times without monitoring in a period; None as an end is one that lasts.
    """

    def __init__(self, store: PerformanceStore, off_spans: OffSpans, now: Clock) -> None:
        self._store = store
        self._off_spans = off_spans
        self._now = now

    def one(self, family: Family, since: datetime, until: datetime, names: NameFilter = ANY) -> Window:
        """All names and outcomes together."""
        return self.read([family], since, until, overview=names in groups_of(family)).one(family, names)

    def by_name(
        self, family: Family, since: datetime, until: datetime, names: NameFilter = ANY
    ) -> Mapping[str, Window]:
        return self.read([family], since, until).by_name(family, names)

    def course(
        self, family: Family, since: datetime, until: datetime, names: NameFilter = ANY, *, buckets: int = 60
    ) -> Sequence[Bucket]:
        """At most about this many buckets of equal length, the oldest first."""
        is_grouped = names in groups_of(family)
        return self.read([family], since, until, buckets=buckets, overview=is_grouped).course(family, names)

    def read(
        self,
        families: Collection[Family],
        since: datetime,
        until: datetime,
        *,
        buckets: int | None = None,
        overview: bool = False,
    ) -> Measurements:
        """What is kept of several families, read once for several questions; without `buckets` it has no course.

        An `overview` is read faster, and answers only for the filters of `groups_of`.
        """
        now = self._now().timestamp()
        period = Period.of(since.timestamp(), until.timestamp(), now, buckets)
        coarsest = min(period.coarsest, Level.DAY) if overview else period.coarsest
        wanted = list(pieces(period.first, period.last, coarsest, now))
        parts = self._parts(_stored(wanted, overview=overview), period)
        starts = {start for start, _ in parts}
        coverage = Coverage(tuple(self._off(period)), self._begun(starts, now), now, starts)
        return Measurements(_rows(parts, families), period, coverage)

    def _begun(self, starts: Collection[int], now: float) -> float:
        first = self._store.first_start()
        return min(starts, default=now) if first is None else first

    def _parts(self, wanted: Sequence[Piece], period: Period) -> list[tuple[int, SeriesSet]]:
        """Each with the start of its row."""
        rows = self._store.rows(wanted)
        written = [minutes for flush in self._store.flushes() for minutes in unpacked(flush).items()]
        recent = [(minute, series) for minute, series in written if period.first <= minute < period.last]
        return [*((row.starts, _parsed(row)) for row in rows), *recent]

    def _off(self, period: Period) -> Iterator[tuple[float, float]]:
        since, until = (datetime.fromtimestamp(moment, UTC) for moment in (period.first, period.last))
        for start, end in self._off_spans(since, until):
            yield start.timestamp(), inf if end is None else end.timestamp()


def _parsed(row: SeriesRow) -> SeriesSet:
    """Days and what is longer hardly change, and each is asked for again and again."""
    return SeriesSet.from_bytes(row.payload) if row.level in OFTEN_CHANGED else _parsed_before(row.payload)


@lru_cache(MOST_PARSED)
def _parsed_before(payload: bytes) -> SeriesSet:
    return SeriesSet.from_bytes(payload)


def _rows(parts: Sequence[tuple[int, SeriesSet]], families: Collection[Family]) -> dict[Family, Rows]:
    own: dict[str, list[tuple[int, SeriesSet]]] = {family.value: [] for family in families}
    for start, part in parts:
        for name, series in part.by_family(own):
            own[name].append((start, series))
    return {family: Rows.of(own[family.value]) for family in families}


def _stored(wanted: Sequence[Piece], *, overview: bool) -> list[Piece]:
    """Hours and what is longer lack the minutes that are not rolled up yet; an overview has other rows for days."""
    longer = [piece for piece in wanted if piece.level is not Level.MINUTE]
    unrolled = [Piece(Level.UNROLLED, piece.first, piece.last) for piece in longer]
    if overview:
        wanted = [replace(piece, level=Level.OVERVIEW) if piece.level is Level.DAY else piece for piece in wanted]
    return [*wanted, *unrolled]
