"""The lake's dealings with the landing table, beside reading it on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from backend.analytics.events.demo import DEMO_SESSIONS
from backend.analytics.events.landing.table import LandingTable
from backend.analytics.events.landing_reader import LandingReader
from backend.analytics.events.models import AnalyticsEvent, EventCursor
from backend.analytics.events.quarantine.store import QuarantineStore
from backend.analytics.lake.batch import ArrowBatch
from backend.analytics.lake.delta import LANDING, REBUILDING, REFUSED, Lake, moved_days
from backend.analytics.lake.demo import demo_marks
from backend.clock import Clock
from backend.database import leaving_no_trace

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable

BATCH_SIZE = 5_000
IS_DEMO = sa.func.substr(AnalyticsEvent.session_id, 1, len(DEMO_SESSIONS)) == DEMO_SESSIONS
LAST_ID, LAST_EVENT = "landing/id", "landing/event"


def batch_marks(base: DeltaTable, batch: ArrowBatch, fresh: pa.Table, days: Collection[date]) -> dict[str, int]:
    """The marks of a commit made from `base` that adds the `fresh` rows of a batch, which touches these days."""
    row_id, event_id = batch.last()
    newest_row = {LAST_ID: row_id, LAST_EVENT: _as_number(UUID(event_id))}
    return {LANDING: batch.position} | newest_row | moved_days(base, days) | demo_marks(fresh, base)


def last_row_is_here(session: Session, base: DeltaTable) -> bool:
    """Whether the row the lake took last still has its id, or is gone: dropped in time, or erased."""
    event_id = session.scalar(
        sa.select(AnalyticsEvent.event_id).where(AnalyticsEvent.id == (base.transaction_version(LAST_ID) or 0))
    )
    return event_id is None or _as_number(event_id) == base.transaction_version(LAST_EVENT)


def renumber(session: Session) -> int:
    """The position behind all rows that are there now.

    Rows of a restored PostgreSQL, whose transactions are still to come here, get the current one first; commits.
    """
    if session.connection().dialect.name == "sqlite":
        return LandingReader(session).end()
    session.execute(
        sa.text(
            "UPDATE analytics_events SET transaction_id = pg_current_xact_id()::text::bigint"
            " WHERE transaction_id >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        )
    )
    session.commit()
    return int(session.scalars(sa.text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")).one())


def held_back(session: Session) -> timedelta:
    """For how long a writing transaction on PostgreSQL has been open: what is committed since cannot be read yet."""
    if session.connection().dialect.name == "sqlite":
        return timedelta(0)
    open_for = "SELECT max(clock_timestamp() - xact_start) FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
    return session.scalars(sa.text(open_for)).one() or timedelta(0)


def erase_sender(session: Session, column: str, value: str) -> tuple[int, int]:
    """Delete what a session, user or visitor sent, from the landing table and from quarantine, and commit."""
    with leaving_no_trace(session):
        landing = session.execute(sa.delete(AnalyticsEvent).where(AnalyticsEvent.__table__.c[column] == value))
        senders = {"session_id": "sessions", "user_id": "users", "visitor_id": "visitors"}
        quarantined = QuarantineStore(session).erase(**{senders[column]: [value]})
        session.commit()
    return cast("sa.CursorResult[Any]", landing).rowcount, quarantined


def erase_demo(session: Session) -> tuple[int, int]:
    """Delete all events of demo visits, from the landing table and from quarantine, and commit."""
    with leaving_no_trace(session):
        landing = session.execute(sa.delete(AnalyticsEvent).where(IS_DEMO).execution_options(synchronize_session=False))
        quarantined = QuarantineStore(session).erase_demo()
        session.commit()
    return cast("sa.CursorResult[Any]", landing).rowcount, quarantined


def count_demo(session: Session) -> int:
    """The number of events of demo visits in the landing table and in quarantine."""
    landed = session.scalars(sa.select(sa.func.count()).select_from(AnalyticsEvent).where(IS_DEMO)).one()
    return landed + QuarantineStore(session).count_demo()


class LandingRetention:
    """Deletes landing rows whose retention is over and which every reader has read."""

    def __init__(
        self, lake: Lake, sessions: Callable[[], Session], retention: timedelta, readers: Collection[str], now: Clock
    ) -> None:
        self._lake = lake
        self._sessions = sessions
        self._retention = retention
        self._readers = readers
        self._now = now

    def drop(self) -> int:
        """Deletes in batches, each committed, so that a killed run goes on the next time; returns how many rows."""
        received_before, dropped = self._now() - self._retention, 0
        with self._sessions() as session:
            bound = self._read_by_all(session)
            session.rollback()
            while bound is not None:
                rows = LandingTable(session).drop_before(received_before, bound, BATCH_SIZE)
                session.commit()
                if not rows:
                    break
                dropped += rows
        return dropped

    def _read_by_all(self, session: Session) -> int | None:
        """The position before which no row is needed; None if there is none."""
        base = self._lake.open("events")
        watermark = base.transaction_version(LANDING)
        if watermark is None or base.transaction_version(REBUILDING) or base.transaction_version(REFUSED):
            return None
        read = session.scalars(sa.select(EventCursor.position).where(EventCursor.name.in_(self._readers)))
        return min(cast("list[int]", [watermark, *read]))


def unread(session: Session, position: int) -> sa.ColumnElement[bool]:
    """On SQLite a position is the last id read, on PostgreSQL the first transaction not read."""
    if session.connection().dialect.name == "sqlite":
        return AnalyticsEvent.id > position
    return sa.column("transaction_id", sa.BigInteger) >= position


def _as_number(event_id: UUID) -> int:
    return event_id.int >> 65
