"""What the lake has to do with the landing table beside reading it on."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.lake.batch import Batch

if TYPE_CHECKING:
    from deltalake import DeltaTable

LAST_ID, LAST_EVENT = "landing/id", "landing/event"


def last_row(batch: Batch) -> dict[str, int]:
    """Marks by which the newest row of a batch is known again."""
    row_id, event_id = batch.last()
    return {LAST_ID: row_id, LAST_EVENT: _as_number(UUID(event_id))}


def last_row_is_here(session: Session, base: DeltaTable) -> bool:
    """Whether the row the lake took last still has its id, or is gone: dropped in time, or erased."""
    found = session.scalar(
        sa.select(AnalyticsEvent.event_id).where(AnalyticsEvent.id == (base.transaction_version(LAST_ID) or 0))
    )
    return found is None or _as_number(found) == base.transaction_version(LAST_EVENT)


def renumber(session: Session) -> None:
    """Give rows of a restored PostgreSQL, whose transactions are still to come here, the current one."""
    if session.connection().dialect.name == "postgresql":
        session.execute(
            sa.text(
                "UPDATE analytics_events SET transaction_id = pg_current_xact_id()::text::bigint"
                " WHERE transaction_id >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
            )
        )


def _as_number(event_id: UUID) -> int:
    return event_id.int >> 65
