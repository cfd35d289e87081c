"""Accept events: stored once, durable before the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from backend.analytics.events.event import Event
from backend.analytics.events.names import EventName
from backend.analytics.events.store import EventStore
from backend.analytics.telemetry import Telemetry
from backend.clock import Clock

STATSD_PREFIX = "ai_calculator"


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

    def record(self, events: Sequence[Event]) -> Recorded:
        """Store each event whose id is new. Returns after the commit."""
        accepted = self._store.add(events, self._now()) if events else 0
        self._session.commit()
        self._report(events, accepted)
        return Recorded(accepted, len(events) - accepted)

    def _report(self, events: Sequence[Event], accepted: int) -> None:
        self._telemetry.count("events.accepted", accepted)
        if accepted == len(events):
            for event in events:
                if event.event_type in set(EventName):
                    self._telemetry.count(f"{STATSD_PREFIX}.{event.event_type.removeprefix('ai_calculator_')}")
