"""Events as the landing table keeps them: the same values for every database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from backend.analytics.events.event import Event, Sender

OWN = ("event_id", "event_type", "user_id", "session_id", "timestamp", "event_data")
SHARED = ("created_at", "visitor_id", "country", "region", "device", "is_bot")
COLUMNS = (*OWN, *SHARED)
EventRow = tuple[bytes, str, str | None, str, str, str]
Shared = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The events of one request: their own columns by event id, and those they share."""

    own: Mapping[bytes, EventRow]
    shared: Shared

    def without(self, ids: set[bytes]) -> Rows:
        return Rows({key: row for key, row in self.own.items() if key not in ids}, self.shared) if ids else self


def rows_of(events: Sequence[Event], sender: Sender, received_at: datetime) -> Rows:
    """One row for each event id; of two events with one id the first counts."""
    own: dict[bytes, EventRow] = {}
    for event, instant in zip(events, _instants([event.timestamp for event in events]), strict=True):
        key = event.event_id.bytes
        if key not in own:
            data = str(event.event_data, "utf-8")
            own[key] = (key, event.event_type, event.user_id, event.session_id, instant, data)
    return Rows(own, (*_instants([received_at]), *msgspec.structs.astuple(sender)))


def _instants(moments: Sequence[datetime]) -> Iterable[str]:
    """UTC as SQLAlchemy writes it on SQLite; encoding all at once costs a fifth of `isoformat` for each."""
    in_utc = [moment if moment.tzinfo is UTC else moment.astimezone(UTC) for moment in moments]
    texts = msgspec.json.encode(in_utc).decode().replace("T", " ").replace('Z"', '"')[2:-2].split('","')
    return [text if len(text) == 26 else f"{text}.000000" for text in texts]
