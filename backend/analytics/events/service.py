"""Accept events: stored once, durable before the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from backend.analytics.events.event import UNKNOWN, Event, Sender
from backend.analytics.events.names import EventName
from backend.analytics.events.store import EventStore
from backend.analytics.telemetry import Telemetry
from backend.clock import Clock

STATSD_PREFIX = "ai_calculator"
OUR_OWN = frozenset(EventName)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many events were new, and how many were here already."""

    accepted: int
    duplicates: int


class EventTracker:
    def __init__(self, store: EventStore, session: Session, telemetry: Telemetry, now: Clock) -> None:
        self._store = store
        self._session = session
        self._telemetry = telemetry
        self._now = now

    def record(self, events: Sequence[Event], sender: Sender = UNKNOWN) -> Recorded:
        """Store each event whose id is new. Returns after the commit."""
        new = self._store.add(events, sender, self._now()) if events else frozenset[UUID]()
        self._session.commit()
        self._report({event.event_id: event.event_type for event in events if event.event_id in new})
        return Recorded(len(new), len(events) - len(new))

    def _report(self, accepted: Mapping[UUID, str]) -> None:
        self._telemetry.count("events.accepted", len(accepted))
        for name, times in Counter(accepted.values()).items():
            if name in OUR_OWN:
                self._telemetry.count(f"{STATSD_PREFIX}.{name.removeprefix('ai_calculator_')}", times)
