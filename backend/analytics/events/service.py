"""Accept events: stored once, durable before the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from backend.analytics.events.demo import DEMO_SESSIONS
from backend.analytics.events.event import UNKNOWN, Event, Sender
from backend.analytics.events.landing.group import GroupCommit
from backend.analytics.events.landing.rows import EventRow, Rows, rows_of
from backend.analytics.events.names import EventName
from backend.analytics.telemetry import Telemetry
from backend.clock import Clock

STATSD_PREFIX = "ai_calculator"
OUR_OWN = frozenset(EventName)
Watch = Callable[[Iterable[tuple[str, str]], Sender], None]


def unwatched(_events: Iterable[tuple[str, str]], _sender: Sender) -> None:
    """Looks at none."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The numbers of new events and of duplicates."""

    accepted: int
    duplicates: int


class EventTracker:
    """`watch` is shown the names and the data of what was stored of real visits, once each."""

    def __init__(self, landing: GroupCommit, telemetry: Telemetry, now: Clock, watch: Watch = unwatched) -> None:
        self._landing = landing
        self._telemetry = telemetry
        self._now = now
        self._watch = watch

    def record(self, events: Sequence[Event], sender: Sender = UNKNOWN) -> Recorded:
        """Store each event whose id is new. Returns after the commit."""
        if not events:
            return Recorded(0, 0)
        rows = rows_of(events, sender, self._now())
        duplicates = self._landing.commit(rows)
        self._report([row for key, row in rows.own.items() if key not in duplicates], sender)
        accepted = len(rows.own) - len(duplicates)
        return Recorded(accepted, len(events) - accepted)

    def report_landed(self, rows: Rows, sender: Sender = UNKNOWN) -> None:
        """Count events that landed in somebody else's transaction, once that is committed."""
        self._report(list(rows.own.values()), sender)

    def _report(self, stored: Sequence[EventRow], sender: Sender) -> None:
        """Count what was stored, by name; demo visits apart."""
        real = [(row[1], row[5]) for row in stored if not row[3].startswith(DEMO_SESSIONS)]
        self._watch(real, sender)
        accepted = [name for name, _ in real]
        self._telemetry.count("events.accepted", len(accepted))
        if len(accepted) < len(stored):
            self._telemetry.count("events.demo", len(stored) - len(accepted))
        if sender.is_bot:
            self._telemetry.count("events.bots", len(accepted))
        names = Counter(accepted)
        for name in OUR_OWN & names.keys():
            self._telemetry.count(f"{STATSD_PREFIX}.{name.removeprefix('ai_calculator_')}", names[name])
