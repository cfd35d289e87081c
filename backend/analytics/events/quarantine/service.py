"""Keep events whose time is impossible, until an operator releases or drops them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from backend.analytics.events.clocks import Impossible, Receipt
from backend.analytics.events.event import Sender
from backend.analytics.events.models import QuarantinedEvent
from backend.analytics.events.quarantine.misplaced import Misplaced, event_of, sender_of
from backend.analytics.events.quarantine.store import QuarantineStore
from backend.analytics.events.service import EventTracker, Recorded
from backend.analytics.telemetry import Telemetry
from backend.clock import Clock
from backend.errors import FieldError, InvalidRequest


class Quarantine:
    """Quarantine opens database sessions of its own, so that a request without impossible times opens none."""

    def __init__(
        self,
        session: Callable[[], Session],
        tracker: Callable[[], EventTracker],
        telemetry: Telemetry,
        now: Clock,
        kept_for: timedelta,
    ) -> None:
        self._session = session
        self._tracker = tracker
        self._telemetry = telemetry
        self._now = now
        self._kept_for = kept_for

    def keep(self, misplaced: Sequence[Misplaced], sender: Sender, sent_at: datetime | None) -> None:
        """Keep each event whose id is new. Returns after the commit."""
        if not misplaced:
            return
        with self._session() as session:
            new = QuarantineStore(session).add(misplaced, sender, sent_at, self._now())
            session.commit()
        self._telemetry.count("events.quarantined", new)

    def newest(self, limit: int) -> Sequence[QuarantinedEvent]:
        with self._session() as session:
            return QuarantineStore(session).newest(limit)

    def count(self) -> int:
        with self._session() as session:
            return QuarantineStore(session).count()

    def get(self, event_id: UUID) -> QuarantinedEvent:
        with self._session() as session:
            return QuarantineStore(session).get(event_id)

    def release(self, event_id: UUID, timestamp: datetime | None = None) -> Recorded:
        """Let an event go the way of all others, as of `timestamp` or the time it says, if that is possible by now.

        The event is stored before it leaves: after an interruption it is released again, and its id counts once.
        """
        quarantined = self.get(event_id)
        event, sender = event_of(quarantined.event), sender_of(quarantined.sender)
        placed = Receipt(self._now(), None, from_browser=False).place(timestamp or event.timestamp)
        if isinstance(placed, Impossible):
            raise InvalidRequest([FieldError("timestamp", placed.sentence)])
        recorded = self._tracker().record([msgspec.structs.replace(event, timestamp=placed)], sender)
        self.drop(event_id)
        return recorded

    def drop(self, event_id: UUID) -> None:
        with self._session() as session:
            QuarantineStore(session).delete(event_id)
            session.commit()

    def forget(self) -> int:
        """Deletes events that were not released in time; returns how many."""
        with self._session() as session:
            deleted = QuarantineStore(session).delete_until(self._now() - self._kept_for)
            session.commit()
        return deleted
