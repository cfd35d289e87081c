"""What a caller of the event API may send: JSON, NDJSON, or JSON that a beacon calls text/plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from flask_openapi3.models import RawModel
from msgspec import Meta, Raw, Struct, field
from pydantic import BaseModel, ConfigDict, Field

from backend.analytics.events.clocks import Impossible
from backend.analytics.events.intake import Taken

NDJSON = "application/x-ndjson"
MEDIA_TYPES = ("application/json", "text/plain", NDJSON)
Moment = Annotated[datetime, Meta(tz=True)]
Properties = Annotated[Raw, Meta(extra_json_schema={"anyOf": [{"type": "object"}, {"type": "null"}], "default": None})]
NOTHING = Raw(b"null")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may hold."""

    size: int
    events: int


BROWSER = Limits(64 * 1024, 1_000)
WITH_KEY = Limits(8 * 1024 * 1024, 10_000)


class EventBody(RawModel):
    """The route reads the body itself, since beacons call their JSON text/plain."""

    mimetypes = list(MEDIA_TYPES)  # noqa: RUF012  (the library's own declaration)


class WireEvent(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """An event as it is sent. The server gives `event_id` and `timestamp` when they are absent."""

    event_type: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,99}(?!\n)$")]
    session_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,100}(?!\n)$")]
    event_id: UUID | None = None
    user_id: Annotated[str, Meta(pattern=r"^[^\x00]{1,100}(?!\n)$")] | None = None
    timestamp: Moment | None = None
    event_data: Properties = field(default_factory=lambda: NOTHING)


class Rejection(BaseModel):
    """An event that was refused: its place in the request, and why."""

    model_config = ConfigDict(frozen=True)

    index: int = Field(ge=0)
    error: str


class InQuarantine(BaseModel):
    """An event that cannot have happened when it says: kept, but counted nowhere until somebody looks at it."""

    model_config = ConfigDict(frozen=True)

    index: int = Field(ge=0)
    reason: Impossible


class EventsRecorded(BaseModel):
    """What became of the events. The four numbers add up to the events sent."""

    model_config = ConfigDict(frozen=True)

    accepted: int = Field(ge=0, description="Stored now.")
    duplicates: int = Field(ge=0, description="Stored before, by their event_id.")
    rejected: list[Rejection]
    quarantined: list[InQuarantine]

    @classmethod
    def of(cls, taken: Taken, rejected: Sequence[Rejection]) -> Self:
        return cls(
            accepted=taken.recorded.accepted,
            duplicates=taken.recorded.duplicates,
            rejected=list(rejected),
            quarantined=[InQuarantine(index=kept.index, reason=kept.reason) for kept in taken.quarantined],
        )
