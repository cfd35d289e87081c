"""Accept events: stored once, durable before the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from backend.analytics.events.demo import DEMO_SESSIONS
from backend.analytics.events.event import UNKNOWN, Event, Sender
from backend.analytics.events.landing.group import GroupCommit
from backend.analytics.events.landing.rows import rows_of
from backend.analytics.events.names import EventName
from backend.analytics.telemetry import Telemetry
from backend.clock import Clock

STATSD_PREFIX = "ai_calculator"
OUR_OWN = frozenset(EventName)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The numbers of new events and of duplicates."""

    accepted: int
    duplicates: int


class EventTracker:
    def __init__(self, landing: GroupCommit, telemetry: Telemetry, now: Clock) -> None:
        self._landing = landing
        self._telemetry = telemetry
        self._now = now

    def record(self, events: Sequence[Event], sender: Sender = UNKNOWN) -> Recorded:
        """Store each event whose id is new. Returns after the commit."""
        if not events:
            return Recorded(0, 0)
        rows = rows_of(events, sender, self._now())
        duplicates = self._landing.commit(rows)
        self._report([(row[1], row[3]) for key, row in rows.own.items() if key not in duplicates], sender)
        accepted = len(rows.own) - len(duplicates)
        return Recorded(accepted, len(events) - accepted)

    def _report(self, stored: Sequence[tuple[str, str]], sender: Sender) -> None:
        """Count what was stored, by name and session; demo visits apart."""
        accepted = [name for name, session_id in stored if not session_id.startswith(DEMO_SESSIONS)]
        self._telemetry.count("events.accepted", len(accepted))
        if len(accepted) < len(stored):
            self._telemetry.count("events.demo", len(stored) - len(accepted))
        if sender.is_bot:
            self._telemetry.count("events.bots", len(accepted))
        names = Counter(accepted)
        for name in OUR_OWN & names.keys():
            self._telemetry.count(f"{STATSD_PREFIX}.{name.removeprefix('ai_calculator_')}", names[name])
