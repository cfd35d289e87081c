"""An event as it is sent: JSON, NDJSON, or JSON that a beacon calls text/plain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Raw, Struct, field

from backend.analytics.events.server_streams import SERVER_STREAMS

NDJSON = "application/x-ndjson"
MEDIA_TYPES = ("application/json", "text/plain", NDJSON)
Moment = Annotated[datetime, Meta(tz=True)]
Properties = Annotated[Raw, Meta(extra_json_schema={"anyOf": [{"type": "object"}, {"type": "null"}], "default": None})]
NOTHING = Raw(b"null")
SESSION_ID = rf"^(?!{SERVER_STREAMS})[A-Za-z0-9._:-]{{1,100}}(?!\n)$"


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest body and number of events of one request."""

    size: int
    events: int


BROWSER = Limits(64 * 1024, 1_000)
WITH_KEY = Limits(8 * 1024 * 1024, 10_000)


class WireEvent(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """An event as it is sent. The server gives `event_id` and `timestamp` when they are absent."""

    event_type: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,99}(?!\n)$")]
    session_id: Annotated[str, Meta(pattern=SESSION_ID)]
    event_id: UUID | None = None
    user_id: Annotated[str, Meta(pattern=r"^[^\x00]{1,100}(?!\n)$")] | None = None
    timestamp: Moment | None = None
    event_data: Properties = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An event that cannot be taken: its place in the request, and why."""

    index: int
    error: str
