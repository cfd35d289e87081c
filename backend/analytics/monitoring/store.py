from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select, text
from sqlalchemy.orm import Session

from backend.analytics.monitoring.models import Level, StoredFlush, StoredSeries, StoredTotal
from backend.analytics.monitoring.spans import Piece, floor
from backend.analytics.monitoring.totals import Total
from backend.jobs.store import inserting

FOLDS_AT_ONCE = 500
FOLD_LOCK = 5_120_315


class SeriesRow(NamedTuple):
    """Where a row belongs, and its series as bytes."""

    level: Level
    starts: int
    payload: bytes


class PerformanceStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add_flush(self, host: str, pid: int, at: datetime, payload: bytes) -> None:
        self._session.add(StoredFlush(host=host[:100], pid=pid, written_at=at, payload=payload))
        self._session.flush()

    def lock(self) -> None:
        """Let nobody else fold until the transaction ends; on SQLite nobody else writes anyway."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text(f"SELECT pg_advisory_xact_lock({FOLD_LOCK})"))

    def take_flushes(self) -> Sequence[bytes]:
        """The oldest flushes, which are deleted."""
        oldest = select(StoredFlush.id).order_by(StoredFlush.id).limit(FOLDS_AT_ONCE)
        taken = delete(StoredFlush).where(StoredFlush.id.in_(oldest)).returning(StoredFlush.payload)
        return self._session.scalars(taken.execution_options(synchronize_session=False)).all()

    def flushes(self) -> Sequence[bytes]:
        """What is not folded yet."""
        return self._session.scalars(select(StoredFlush.payload)).all()

    def take_unrolled(self, before: int) -> Sequence[SeriesRow]:
        """The minutes before this one that are not in their hour and day, which are deleted."""
        inside = (StoredSeries.level == Level.UNROLLED) & (StoredSeries.starts < before)
        taken = delete(StoredSeries).where(inside).returning(*_columns())
        return _rows(self._session.execute(taken.execution_options(synchronize_session=False)))

    def rows(self, wanted: Iterable[Piece]) -> Sequence[SeriesRow]:
        found = select(*_columns()).where(_inside(wanted))
        return _rows(self._session.execute(found))

    def at(self, level: Level, starts: Collection[int]) -> Sequence[SeriesRow]:
        """The rows of a level with one of these starts."""
        return _rows(
            self._session.execute(
                select(*_columns()).where(StoredSeries.level == level, StoredSeries.starts.in_(starts))
            )
        )

    def put(self, rows: Sequence[SeriesRow]) -> None:
        """Write rows in place of those that are there."""
        if rows:
            insert = inserting(self._session, StoredSeries)
            replacing = insert.on_conflict_do_update(
                index_elements=["level", "starts"], set_={"payload": insert.excluded.payload}
            )
            self._session.execute(replacing, [row._asdict() for row in rows])

    def thin(self, level: Level, before: int) -> None:
        old = (StoredSeries.level == level) & (StoredSeries.starts < before)
        self._session.execute(delete(StoredSeries).where(old).execution_options(synchronize_session=False))

    def first_start(self) -> int | None:
        """When the first thing was measured, as exactly as rows of that time are kept."""
        firsts = {
            level: self._session.scalar(select(func.min(StoredSeries.starts)).where(StoredSeries.level == level))
            for level in (Level.MINUTE, Level.HOUR, Level.DAY)
        }
        known = [first for first in firsts.values() if first is not None]
        oldest = min((floor(first, Level.DAY) for first in known), default=0)
        return next((first for first in known if floor(first, Level.DAY) == oldest), None)

    def totals(self) -> Sequence[Total]:
        columns = [getattr(StoredTotal, name) for name in Total.__slots__]
        ordered = select(*columns).order_by(StoredTotal.family, StoredTotal.name, StoredTotal.outcome)
        return [Total(*row) for row in self._session.execute(ordered)]

    def put_totals(self, totals: Sequence[Total]) -> None:
        """Write totals in place of those that are there."""
        if totals:
            insert = inserting(self._session, StoredTotal)
            replacing = insert.on_conflict_do_update(
                index_elements=["family", "name", "outcome"],
                set_={name: insert.excluded[name] for name in ("count", "total", "buckets")},
            )
            self._session.execute(replacing, [asdict(total) for total in totals])


def _inside(wanted: Iterable[Piece]) -> ColumnElement[bool]:
    series = StoredSeries
    return or_(
        *(and_(series.level == p.level, series.starts >= p.first, series.starts < p.last) for p in wanted), false()
    )


def _columns() -> tuple[Any, ...]:
    return StoredSeries.level, StoredSeries.starts, StoredSeries.payload


def _rows(found: Iterable[Any]) -> list[SeriesRow]:
    return [SeriesRow(Level(level), starts, payload) for level, starts, payload in found]
