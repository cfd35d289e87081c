from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.analytics.events.event import Event
from backend.analytics.events.models import AnalyticsEvent


class EventStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, events: Sequence[Event], created_at: datetime) -> int:
        """Store the events that are not stored yet, and say how many those were."""
        connection = self._session.connection()
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        statement = insert(AnalyticsEvent).on_conflict_do_nothing(index_elements=["event_id"])
        rows = [_row(event, created_at) for event in events]
        return len(connection.execute(statement.returning(AnalyticsEvent.id), rows).all())


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
