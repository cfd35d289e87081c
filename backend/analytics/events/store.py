from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.analytics.events.event import Event
from backend.analytics.events.models import AnalyticsEvent


class EventStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, events: Sequence[Event], created_at: datetime) -> frozenset[UUID]:
        """Store the events that are not stored yet, and name those.

        In the order of their ids: two batches that share events then wait for each other instead of locking up.
        """
        connection = self._session.connection()
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        statement = insert(AnalyticsEvent).on_conflict_do_nothing(index_elements=["event_id"])
        rows = [_row(event, created_at) for event in sorted(events, key=lambda event: event.event_id)]
        return frozenset(connection.execute(statement.returning(AnalyticsEvent.event_id), rows).scalars())


def _row(event: Event, created_at: datetime) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "user_id": event.user_id,
        "session_id": event.session_id,
        "timestamp": event.timestamp,
        "event_data": event.event_data,
        "created_at": created_at,
    }
