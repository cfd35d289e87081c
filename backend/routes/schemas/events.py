"""What a caller of the event API may send: JSON, NDJSON, or JSON that a beacon calls text/plain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from flask_openapi3.models import RawModel
from msgspec import Meta, Struct
from pydantic import BaseModel, ConfigDict, Field

from backend.analytics.events.event import PROPERTIES, Event, as_json
from backend.errors import BadRequest, FieldError, InvalidRequest, TooLarge, UnsupportedMediaType

NDJSON = "application/x-ndjson"
MEDIA_TYPES = ("application/json", "text/plain", NDJSON)
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
PROPERTY_BYTES = 16 * 1024
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=1)


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


class WireEvent(Struct, frozen=True, forbid_unknown_fields=True):
    """An event as it is sent. The server gives `event_id` and `timestamp` when they are absent."""

    event_type: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,99}(?!\n)$")]
    session_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,100}(?!\n)$")]
    event_id: UUID | None = None
    user_id: Annotated[str, Meta(pattern=r"^[^\x00]{1,100}(?!\n)$")] | None = None
    timestamp: Annotated[datetime, Meta(tz=True)] | None = None
    event_data: dict[str, Any] | None = None


SHAPES = {name: msgspec.defstruct(name, [("event_data", properties)]) for name, properties in PROPERTIES.items()}


# msgspec builds what it knows of a type at first use, and two threads doing so at once crash the process:
# make it all known here, before any thread asks.
for _known in (WireEvent, *SHAPES.values()):
    msgspec.json.Decoder(_known)


class Rejection(BaseModel):
    """An event that was refused: its place in the request, and why."""

    model_config = ConfigDict(frozen=True)

    index: int = Field(ge=0)
    error: str


class EventsRecorded(BaseModel):
    """What became of the events. The three numbers add up to the events sent."""

    model_config = ConfigDict(frozen=True)

    accepted: int = Field(ge=0, description="Stored now.")
    duplicates: int = Field(ge=0, description="Stored before, by their event_id.")
    rejected: list[Rejection]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a request held: good events, and bad ones with reasons."""

    events: tuple[Event, ...]
    rejected: tuple[Rejection, ...]


def parse(body: bytes, media_type: str, limits: Limits, now: datetime) -> Batch:
    """Parse each event by itself, so that a bad one costs nothing but itself."""
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"Send events as {', '.join(MEDIA_TYPES)}.")
    if len(body) > limits.size:
        raise TooLarge(f"Send at most {limits.size} bytes a request.")
    if media_type == NDJSON:
        _refuse_too_many(body.count(b"\n"), limits)
        items: Sequence[Any] = [line for line in body.splitlines() if line.strip()]
        read: Callable[[Any], Any] = _line
    else:
        items, read = _items(_decode(body)), _as_it_is
    _refuse_too_many(len(items), limits)
    batch = _sort(items, read, now)
    if not batch.events:
        raise InvalidRequest(
            [FieldError(f"[{rejection.index}]", rejection.error) for rejection in batch.rejected]
            or [FieldError("events", "there is none")]
        )
    return batch


def _refuse_too_many(events: int, limits: Limits) -> None:
    if events > limits.events:
        raise TooLarge(f"Send at most {limits.events} events a request.")


def _sort(items: Sequence[Any], read: Callable[[Any], Any], now: datetime) -> Batch:
    events, rejected = [], []
    for index, item in enumerate(items):
        try:
            events.append(_event(read(item), now))
        except (ValueError, RecursionError) as error:
            rejected.append(Rejection(index=index, error=str(error)))
    return Batch(tuple(events), tuple(rejected))


def _event(item: Any, now: datetime) -> Event:
    wire = msgspec.convert(item, WireEvent)
    data = wire.event_data or {}
    _check_properties(wire.event_type, data)
    timestamp = wire.timestamp or now
    if not EARLIEST <= timestamp <= now + LATEST_AHEAD:
        raise ValueError("timestamp lies before 2000 or more than a day ahead")
    return Event(
        wire.event_id or uuid4(),
        wire.event_type,
        wire.session_id,
        wire.user_id,
        timestamp.astimezone(UTC),
        as_json(data),
    )


def _check_properties(event_type: str, data: dict[str, Any]) -> None:
    encoded = msgspec.json.encode(data)
    if len(encoded) > PROPERTY_BYTES:
        raise ValueError(f"event_data is larger than {PROPERTY_BYTES} bytes")
    if b"\\u0000" in encoded and _holds_nul(data):
        raise ValueError("event_data holds a NUL character")
    if event_type in PROPERTIES:
        msgspec.convert({"event_data": data}, SHAPES[event_type])


def _holds_nul(value: Any) -> bool:
    """PostgreSQL cannot store it; the six characters \\u0000 in a text are another thing."""
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(_holds_nul(part) for part in value)
    return isinstance(value, str) and "\0" in value


def _decode(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except UNREADABLE as error:
        raise BadRequest(f"The body is not JSON: {error}") from None


def _items(document: Any) -> Sequence[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and "events" in document:
        if set(document) != {"events"} or not isinstance(document["events"], list):
            raise InvalidRequest([FieldError("events", "must be the only member, and a list")])
        return document["events"]
    return [document]


def _as_it_is(item: Any) -> Any:
    return item


def _line(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except UNREADABLE as error:
        raise ValueError(f"The line is not JSON: {error}") from None
