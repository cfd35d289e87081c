"""Events as the landing table keeps them: the same tuples for every database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from backend.analytics.events.event import Event, Sender

COLUMNS = (
    "event_id",
    "event_type",
    "user_id",
    "session_id",
    "timestamp",
    "event_data",
    "created_at",
    "visitor_id",
    "country",
    "region",
    "device",
    "is_bot",
)
Row = tuple[Any, ...]
Rows = dict[bytes, Row]


def rows_of(events: Sequence[Event], sender: Sender, received_at: datetime) -> Rows:
    """One row for each event id, in the order of the columns; of two events with one id the first counts."""
    tail = (*_instants([received_at]), *msgspec.structs.astuple(sender))
    rows: Rows = {}
    for event, instant in zip(events, _instants([event.timestamp for event in events]), strict=True):
        key = event.event_id.bytes
        if key not in rows:
            data = str(event.event_data, "utf-8")
            rows[key] = (key, event.event_type, event.user_id, event.session_id, instant, data, *tail)
    return rows


def _instants(moments: Sequence[datetime]) -> Iterable[str]:
    """UTC as SQLAlchemy writes it on SQLite; encoding all at once costs a third of `isoformat` for each."""
    in_utc = [moment if moment.tzinfo is UTC else moment.astimezone(UTC) for moment in moments]
    for text in msgspec.json.encode(in_utc).decode()[2:-2].split('","'):
        yield f"{text[:10]} {text[11:19]}{text[19:-1] or '.000000'}"
