from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.analytics.events.demo import DEMO_SESSIONS
from backend.analytics.events.event import Sender
from backend.analytics.events.models import QuarantinedEvent
from backend.analytics.events.quarantine.misplaced import Misplaced, as_stored
from backend.errors import NotFound

IS_DEMO = QuarantinedEvent.event["session_id"].as_string().startswith(DEMO_SESSIONS, autoescape=True)


class QuarantineStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, misplaced: Sequence[Misplaced], sender: Sender, sent_at: datetime | None, received_at: datetime
    ) -> int:
        """Adds the events that are not in quarantine yet; returns how many.

        In the order of their ids: two batches that share events then wait for each other instead of locking up.
        """
        shared = {"sender": as_stored(sender), "sent_at": sent_at, "created_at": received_at}
        rows = [
            {
                "event_id": entry.event.event_id,
                "reason": entry.reason.value,
                "event": as_stored(entry.event),
                **shared,
            }
            for entry in sorted(misplaced, key=lambda entry: entry.event.event_id)
        ]
        dialect = sqlite if self._session.get_bind().dialect.name == "sqlite" else postgresql
        insert = dialect.insert(QuarantinedEvent).on_conflict_do_nothing(index_elements=["event_id"])
        return len(self._session.scalars(insert.returning(QuarantinedEvent.id), rows).all())

    def get(self, event_id: UUID) -> QuarantinedEvent:
        event = self._session.scalars(
            sa.select(QuarantinedEvent).where(QuarantinedEvent.event_id == event_id)
        ).one_or_none()
        if event is None:
            raise _not_here(event_id)
        return event

    def newest(self, limit: int) -> Sequence[QuarantinedEvent]:
        return self._session.scalars(
            sa.select(QuarantinedEvent).order_by(QuarantinedEvent.id.desc()).limit(limit)
        ).all()

    def count(self) -> int:
        return self._session.scalars(sa.select(sa.func.count(QuarantinedEvent.id))).one()

    def delete(self, event_id: UUID) -> None:
        if not self._delete(QuarantinedEvent.event_id == event_id):
            raise _not_here(event_id)

    def delete_until(self, received_at: datetime) -> int:
        return self._delete(QuarantinedEvent.created_at <= received_at)

    def erase(
        self, *, sessions: Collection[str] = (), users: Collection[str] = (), visitors: Collection[str] = ()
    ) -> int:
        """Deletes the events of these sessions, users or visitors; returns how many."""
        session, user = (QuarantinedEvent.event[name].as_string() for name in ("session_id", "user_id"))
        visitor = QuarantinedEvent.sender["visitor_id"].as_string()
        return self._delete(session.in_(sessions) | user.in_(users) | visitor.in_(visitors))

    def erase_demo(self) -> int:
        """Delete the events of demo visits; how many."""
        return self._delete(IS_DEMO)

    def count_demo(self) -> int:
        return self._session.scalars(sa.select(sa.func.count(QuarantinedEvent.id)).where(IS_DEMO)).one()

    def _delete(self, condition: sa.ColumnElement[bool]) -> int:
        deleted = sa.delete(QuarantinedEvent).where(condition).returning(QuarantinedEvent.id)
        return len(self._session.scalars(deleted).all())


def _not_here(event_id: UUID) -> NotFound:
    return NotFound(f"No event {event_id} is in quarantine.")
