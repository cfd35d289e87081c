"""Upkeep of PostgreSQL's landing table: partitions made ahead of time, old event ids deleted."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.analytics.events.landing.table import LandingTable, after, first_of_month
from backend.clock import Clock

MONTHS_AHEAD = 3
IDS_KEPT = timedelta(days=7)
BATCH_SIZE = 20_000
FORGET = """
DELETE FROM event_ids WHERE event_id IN (
  SELECT event_id FROM event_ids WHERE created_at < :received_before LIMIT :batch_size)
"""


class LandingPartitions:
    def __init__(self, table: LandingTable, session: Session, now: Clock) -> None:
        self._table = table
        self._session = session
        self._now = now

    def ensure(self) -> int:
        """This month and the next three have partitions afterwards; returns how many were missing."""
        if not self._table.is_partitioned:
            return 0
        months = [first_of_month(self._now())]
        for _ in range(MONTHS_AHEAD):
            months.append(after(months[-1]))
        missing = self._table.add_partitions(frozenset(months))
        self._session.commit()
        return missing


class EventIds:
    """On SQLite the id leaves with its event. On PostgreSQL no key spans partitions: ids have their own table."""

    def __init__(self, table: LandingTable, session: Session, now: Clock) -> None:
        self._table = table
        self._session = session
        self._now = now

    def forget(self) -> int:
        """Delete ids older than a week, in batches so that nobody waits; returns how many."""
        forgotten, values = 0, {"received_before": self._now() - IDS_KEPT, "batch_size": BATCH_SIZE}
        while self._table.is_partitioned:
            deleted = int(self._session.execute(text(FORGET), values).rowcount)  # type: ignore[attr-defined]
            self._session.commit()
            forgotten += deleted
            if deleted < BATCH_SIZE:
                break
        return forgotten
