from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.analytics.events.event import Event, Sender
from backend.analytics.events.models import AnalyticsEvent

EVENT_IDS = sa.table("event_ids", sa.column("event_id", sa.Uuid), sa.column("created_at", sa.DateTime(timezone=True)))


class EventStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, events: Sequence[Event], sender: Sender, created_at: datetime) -> frozenset[UUID]:
        """Store the events that are not stored yet, and name those.

        In the order of their ids: two batches that share events then wait for each other instead of locking up.
        """
        connection = self._session.connection()
        rows = [_row(event, sender, created_at) for event in sorted(events, key=lambda event: event.event_id)]
        if connection.dialect.name == "sqlite":
            statement = sqlite.insert(AnalyticsEvent).on_conflict_do_nothing(index_elements=["event_id"])
            return frozenset(connection.execute(statement.returning(AnalyticsEvent.event_id), rows).scalars())
        ids = postgresql.insert(EVENT_IDS).on_conflict_do_nothing().returning(EVENT_IDS.c.event_id)
        given = [{"event_id": row["event_id"], "created_at": created_at} for row in rows]
        new = frozenset(connection.execute(ids, given).scalars())
        if new:
            by_id = {row["event_id"]: row for row in rows if row["event_id"] in new}
            connection.execute(sa.insert(AnalyticsEvent), list(by_id.values()))
        return new


def _row(event: Event, sender: Sender, created_at: datetime) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "user_id": event.user_id,
        "session_id": event.session_id,
        "timestamp": event.timestamp,
        "event_data": msgspec.json.decode(event.event_data),
        "created_at": created_at,
        **msgspec.structs.asdict(sender),
    }
