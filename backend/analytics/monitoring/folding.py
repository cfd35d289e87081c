"""Folding what processes wrote into minutes, hours, days, and totals; each flush exactly once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from backend.analytics.monitoring.flush_payload import unpacked
from backend.analytics.monitoring.measured import Measured, Span, merged
from backend.analytics.monitoring.models import Level, StoredTotal
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.series import Label, SeriesSet
from backend.analytics.monitoring.spans import KEPT, floor
from backend.analytics.monitoring.store import PerformanceStore, SeriesRow
from backend.analytics.monitoring.totals import bounded, grown
from backend.clock import Clock


class Folding:
    def __init__(self, store: PerformanceStore, session: Session, now: Clock) -> None:
        self._store = store
        self._session = session
        self._now = now

    def fold(self) -> int:
        """Fold what waits, and finish the minutes that are over; how many flushes there were.

        All in one transaction with the deletion of the flushes, so that each is counted once whatever dies meanwhile.
        """
        now = int(self._now().timestamp())
        self._store.lock()
        flushes = self._store.take_flushes()
        if flushes:
            self._keep(merged(_not_ahead(unpacked(flush), now) for flush in flushes))
        self._roll_up(now)
        self._session.commit()
        return len(flushes)

    def _keep(self, spans: Measured) -> None:
        """Add to minutes and totals; hours and days, which are larger, take finished minutes."""
        spans = self._count(spans)
        starts = {minute for minute, _ in spans}
        for level in (Level.MINUTE, Level.UNROLLED):
            added = {(minute, family.value): series for (minute, family), series in spans.items()}
            self._add(level, starts, added)

    def _count(self, spans: Measured) -> dict[Span, SeriesSet]:
        """Add to the totals; the spans, under no more names than are kept."""
        stored: dict[str, dict[Label, StoredTotal]] = defaultdict(dict)
        for total in self._store.totals({family.value for _, family in spans}):
            stored[total.family][total.name, total.outcome] = total
        known = {family: {name for name, _ in totals} for family, totals in stored.items()}
        kept = {span: bounded(series, known.setdefault(span[1].value, set())) for span, series in spans.items()}
        for family, several in _by_family(kept).items():
            self._store.put_totals(grown(family, SeriesSet.merged(several), stored[family.value]))
        return kept

    def _roll_up(self, now: int) -> None:
        finished = self._store.take_unrolled(floor(now, Level.MINUTE))
        if not finished:
            return
        for level in (Level.HOUR, Level.DAY):
            parts: dict[tuple[int, str], list[SeriesSet]] = defaultdict(list)
            for row in finished:
                parts[floor(row.starts, level), row.family].append(SeriesSet.from_bytes(row.payload))
            added = {place: SeriesSet.merged(several) for place, several in parts.items()}
            self._add(level, {starts for starts, _ in added}, added)
        for level, kept in KEPT.items():
            self._store.thin(level, now - kept)

    def _add(self, level: Level, starts: Iterable[int], added: Mapping[tuple[int, str], SeriesSet]) -> None:
        """Merge series into the rows of a level."""
        before = {(row.starts, row.family): row.payload for row in self._store.at(level, sorted(starts))}
        rows = []
        for (start, family), series in added.items():
            old = before.get((start, family))
            whole = series if old is None else SeriesSet.merged([SeriesSet.from_bytes(old), series])
            rows.append(SeriesRow(level, start, family, whole.to_bytes()))
        self._store.put(rows)


def _not_ahead(spans: Measured, now: int) -> dict[Span, SeriesSet]:
    """The spans, those of a host whose clock is ahead as of now."""
    kept: dict[Span, list[SeriesSet]] = defaultdict(list)
    for (minute, family), series in spans.items():
        kept[min(minute, floor(now, Level.MINUTE)), family].append(series)
    return {span: SeriesSet.merged(several) for span, several in kept.items()}


def _by_family(spans: Measured) -> Mapping[Family, Sequence[SeriesSet]]:
    families: dict[Family, list[SeriesSet]] = defaultdict(list)
    for (_, family), series in spans.items():
        families[family].append(series)
    return families
