"""The landing table as a whole: its monthly partitions on PostgreSQL, and how old rows leave it."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.analytics.events.models import AnalyticsEvent

MONTHLY = re.compile(r"analytics_events_(\d{4})_(\d\d)")
PATIENCE = "SET LOCAL lock_timeout = '5s'"
PARTITIONS = """
SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
WHERE inhparent = 'analytics_events'::regclass ORDER BY child.relname
"""
OLD_ON_SQLITE = """
DELETE FROM analytics_events WHERE id IN (
  SELECT id FROM analytics_events WHERE id <= :position AND created_at < :received_before ORDER BY id LIMIT :batch_size)
"""
OLD_ON_POSTGRESQL = """
DELETE FROM analytics_events WHERE (id, created_at) IN (
  SELECT id, created_at FROM analytics_events
  WHERE transaction_id < :position AND created_at < :received_before ORDER BY transaction_id LIMIT :batch_size)
"""


class LandingTable:
    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def is_partitioned(self) -> bool:
        return self._session.get_bind().dialect.name == "postgresql"

    def newest(self) -> datetime | None:
        """When the newest event arrived; None of an empty table."""
        return self._session.scalar(select(func.max(AnalyticsEvent.created_at)))

    def partitions(self) -> set[datetime]:
        """The months that have a partition of their own, by their first instant."""
        names = self._session.scalars(text(PARTITIONS))
        return {datetime(int(m[1]), int(m[2]), 1, tzinfo=UTC) for m in map(MONTHLY.fullmatch, names) if m}

    def add_partitions(self, months: AbstractSet[datetime]) -> int:
        """Give months their partitions, with what the default partition holds of them; returns how many were missing.

        The whole table is locked first: a reader whose plan knows only the old partitions would miss rows that move.
        """
        if months <= self.partitions():
            return 0
        self._session.execute(text(PATIENCE))
        self._session.execute(text("LOCK TABLE analytics_events IN ACCESS EXCLUSIVE MODE"))
        missing = sorted(months - self.partitions())
        for month in missing:
            self._add_partition(month)
        return len(missing)

    def drop_before(self, received_before: datetime, position: int, batch_size: int) -> int:
        """Delete up to `batch_size` rows received before an instant that a reader has passed; returns how many.

        On PostgreSQL a month that is over leaves with its partition, whatever the number.
        """
        limits = {"received_before": received_before, "position": position, "batch_size": batch_size}
        if not self.is_partitioned:
            bound_text = f"{received_before.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
            return self._count(OLD_ON_SQLITE, limits | {"received_before": bound_text})
        over = [month for month in sorted(self.partitions()) if after(month) <= received_before]
        dropped = (self._drop_partition(month, position) for month in over)
        return next(filter(None, dropped), 0) or self._count(OLD_ON_POSTGRESQL, limits)

    def _add_partition(self, month: datetime) -> None:
        """Only the owner of tables may make a partition: by a function of the migrations, which takes a month."""
        self._session.execute(text("SELECT add_landing_partition(:month)"), {"month": month.date()})

    def _drop_partition(self, month: datetime, position: int) -> int:
        """Rows it held; nothing happens while one of them has not been read.

        Counted before the table is locked, which takes long, and looked at again after, when no row can come any more.
        Only the whole table may be locked: a writer locks it first, then the partition.
        """
        unread, values = "count(*) FILTER (WHERE transaction_id >= :position)", {"position": position}
        counts = text(f"SELECT count(*), {unread} FROM {name_of(month)}")  # noqa: S608
        rows, unread_rows = self._session.execute(counts, values).one()
        if unread_rows:
            return 0
        with self._session.begin_nested() as locked:
            self._session.execute(text(PATIENCE))
            self._session.execute(text("LOCK TABLE analytics_events IN ACCESS EXCLUSIVE MODE"))
            late = f"SELECT EXISTS (SELECT FROM {name_of(month)} WHERE transaction_id >= :position)"  # noqa: S608
            if self._session.scalar(text(late), values):
                locked.rollback()
                return 0
            self._session.execute(text("SELECT drop_landing_partition(:month)"), {"month": month.date()})
        return int(rows)

    def _count(self, statement: str, values: dict[str, object]) -> int:
        return int(self._session.execute(text(statement), values).rowcount)  # type: ignore[attr-defined]


def name_of(month: datetime) -> str:
    return f"analytics_events_{month:%Y_%m}"


def first_of_month(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def after(month: datetime) -> datetime:
    """The month after this one."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
