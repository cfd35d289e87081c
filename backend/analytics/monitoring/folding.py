"""Folding what processes wrote into minutes, hours, days, and totals; each flush exactly once."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy.orm import Session

from backend.analytics.monitoring.flush_payload import unpacked
from backend.analytics.monitoring.measured import Measured, merged
from backend.analytics.monitoring.models import Level
from backend.analytics.monitoring.overview import overview_of
from backend.analytics.monitoring.series import SeriesSet
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

    def _keep(self, minutes: Measured) -> None:
        """Add to minutes and totals; hours and days, which are larger, take finished minutes."""
        minutes = self._count(minutes)
        for level in (Level.MINUTE, Level.UNROLLED):
            self._add(level, minutes)

    def _count(self, minutes: Measured) -> dict[int, SeriesSet]:
        """Add to the totals; the minutes, under no more names than are kept."""
        before = {total.label: total for total in self._store.totals()}
        known: dict[str, set[str]] = defaultdict(set)
        for family, name, _ in before:
            known[family].add(name)
        kept = {minute: bounded(series, known) for minute, series in minutes.items()}
        self._store.put_totals(grown(SeriesSet.merged(list(kept.values())), before))
        return kept

    def _roll_up(self, now: int) -> None:
        finished = self._store.take_unrolled(floor(now, Level.MINUTE))
        if not finished:
            return
        minutes = [(row.starts, SeriesSet.from_bytes(row.payload)) for row in finished]
        for level in (Level.HOUR, Level.DAY, Level.WEEK):
            self._add(level, merged({floor(start, level): series} for start, series in minutes))
        self._add(Level.OVERVIEW, merged({floor(start, Level.DAY): overview_of(series)} for start, series in minutes))
        for level, kept in KEPT.items():
            self._store.thin(level, now - kept)

    def _add(self, level: Level, added: Measured) -> None:
        """Merge series into the rows of a level."""
        before = {row.starts: SeriesSet.from_bytes(row.payload) for row in self._store.at(level, sorted(added))}
        whole = merged([before, added])
        self._store.put([SeriesRow(level, starts, whole[starts].to_bytes()) for starts in added])


def _not_ahead(minutes: Measured, now: int) -> dict[int, SeriesSet]:
    """The minutes, those of a host whose clock is ahead as of now."""
    this = floor(now, Level.MINUTE)
    return merged({min(minute, this): series} for minute, series in minutes.items())
