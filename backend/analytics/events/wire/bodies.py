"""Parses the body of an event request: at once where all of it is good, else event by event to name faults.

Both ways accept the same events; the second names the faults of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Raw

from backend.analytics.events.demo import DEMO_SESSIONS
from backend.analytics.events.event import Event
from backend.analytics.events.ids import new_event_id
from backend.analytics.events.intake import EnvelopeFields
from backend.analytics.events.reasons import in_words
from backend.analytics.events.wire.batches import NO_PROPERTIES, UncheckedEnvelope, UncheckedEvent, checked
from backend.analytics.events.wire.escapes import NUL, well_formed, without_nul
from backend.analytics.events.wire.event import MEDIA_TYPES, NDJSON, NOTHING, Limits, RefusedEvent, WireEvent
from backend.analytics.events.wire.properties import check
from backend.errors import BadRequest, FieldError, InvalidRequest, TooLarge, UnsupportedMediaType

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
NO_ENVELOPE = EnvelopeFields()


class Envelope(EnvelopeFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Events, and what their sender says once for all of them."""

    events: Annotated[list[WireEvent], Meta(extra_json_schema={"minItems": 1})]


@dataclass(frozen=True, slots=True)
class ParsedBatch:
    """The events of a request, its rejected events with reasons, and the fields of its envelope."""

    events: tuple[Event, ...]
    rejected: tuple[RefusedEvent, ...]
    envelope: EnvelopeFields

    def as_from(self, user_id: str | None, *, lasting: bool) -> ParsedBatch:
        """The batch as a browser may send it: the server knows its user; a lasting id counts only with consent."""
        events = self.events
        if any(event.user_id != user_id for event in events):
            events = tuple(msgspec.structs.replace(event, user_id=user_id) for event in events)
        envelope = EnvelopeFields(
            sent_at=self.envelope.sent_at,
            visitor_id=self.envelope.visitor_id if lasting else None,
            webdriver=self.envelope.webdriver,
        )
        return ParsedBatch(events, self.rejected, envelope)

    @property
    def holds_demo(self) -> bool:
        """Whether any event pretends to be of a demo visit, or is."""
        return any(event.session_id.startswith(DEMO_SESSIONS) for event in self.events)


# msgspec builds what it knows of a type with its first decoder, and two threads doing so at once crash the process:
# all decoders are made here, before any thread asks.
ONE = msgspec.json.Decoder(WireEvent)
UNCHECKED = msgspec.json.Decoder(UncheckedEvent)
MANY = msgspec.json.Decoder(list[UncheckedEvent])
ENVELOPE = msgspec.json.Decoder(UncheckedEnvelope)
ANYTHING = msgspec.json.Decoder()
MEMBERS = msgspec.json.Decoder(dict[str, Raw])
ITEMS = msgspec.json.Decoder(list[Raw])
ENVELOPE_FIELDS = msgspec.json.Decoder(EnvelopeFields)


def parse(body: bytes, media_type: str, limits: Limits, received_at: datetime) -> ParsedBatch:
    """Sorts events into good and bad; refuses a body that cannot be read, is too large or holds no good one."""
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"Send events as {', '.join(MEDIA_TYPES)}.")
    if len(body) > limits.size:
        raise TooLarge(f"Send at most {limits.size} bytes a request.")
    if media_type == NDJSON:
        _refuse_too_many(body.count(b"\n"), limits)
    try:
        batch = _at_once(body, media_type, received_at)
    except (ValueError, RecursionError):
        batch = _one_by_one(well_formed(body), media_type, limits, received_at)
    _refuse_too_many(len(batch.events) + len(batch.rejected), limits)
    if not batch.events:
        raise InvalidRequest(
            [FieldError(f"[{rejection.index}]", rejection.error) for rejection in batch.rejected]
            or [FieldError("events", "there is none")]
        )
    return batch


def _at_once(body: bytes, media_type: str, received_at: datetime) -> ParsedBatch:
    """The common case, for speed: raises where anything at all is wrong."""
    wires, envelope = _wires(body, media_type)
    return ParsedBatch(checked(wires, envelope.sent_at or received_at), (), envelope)


def _wires(body: bytes, media_type: str) -> tuple[Sequence[UncheckedEvent], EnvelopeFields]:
    if media_type == NDJSON:
        return [UNCHECKED.decode(line) for line in _lines(body)], NO_ENVELOPE
    if body.lstrip()[:1] == b"[":
        return MANY.decode(body), NO_ENVELOPE
    if b'"events"' in body:
        envelope = ENVELOPE.decode(body)
        return envelope.events, envelope
    return [UNCHECKED.decode(body)], NO_ENVELOPE


def _one_by_one(body: bytes, media_type: str, limits: Limits, received_at: datetime) -> ParsedBatch:
    items, envelope = (_lines(body), NO_ENVELOPE) if media_type == NDJSON else _items(body)
    _refuse_too_many(len(items), limits)
    events, rejected = [], []
    for index, item in enumerate(items):
        try:
            events.append(_event(ONE.decode(item), envelope.sent_at or received_at))
        except (ValueError, RecursionError) as error:
            rejected.append(RefusedEvent(index=index, error=in_words(error)))
    return ParsedBatch(tuple(events), tuple(rejected), envelope)


def _items(body: bytes) -> tuple[Sequence[Raw | bytes], EnvelopeFields]:
    """The events, each still to be parsed: a fault in one does not touch the others."""
    try:
        if body.lstrip()[:1] == b"[":
            return ITEMS.decode(body), NO_ENVELOPE
        members = MEMBERS.decode(body) if body.lstrip()[:1] == b"{" else {}
        if "events" not in members:
            ANYTHING.decode(body)
            return [body], NO_ENVELOPE
        return _events(members.pop("events")), _envelope_fields(members)
    except UNREADABLE as error:
        raise BadRequest(f"The body is not JSON: {error}") from None


def _events(member: Raw) -> Sequence[Raw]:
    if bytes(member)[:1] != b"[":
        raise InvalidRequest([FieldError("events", "must be a list")])
    return ITEMS.decode(member)


def _envelope_fields(members: dict[str, Raw]) -> EnvelopeFields:
    try:
        return ENVELOPE_FIELDS.decode(msgspec.json.encode(members))
    except msgspec.ValidationError as error:
        reason, _, member = in_words(error).partition(" - at `$.")
        raise InvalidRequest([FieldError(member.rstrip("`") or "envelope", reason)]) from None


def _event(wire: WireEvent, default_timestamp: datetime) -> Event:
    timestamp, data = wire.timestamp or default_timestamp, wire.event_data
    if data is NOTHING or bytes(data) == b"null":
        data = NO_PROPERTIES
    if NUL in bytes(data):
        data = Raw(without_nul(bytes(data)))
    check(wire.event_type, bytes(data))
    return Event(wire.event_id or new_event_id(), wire.event_type, wire.session_id, wire.user_id, timestamp, data)


def _lines(body: bytes) -> list[bytes]:
    return [line for line in body.splitlines() if line.strip()]


def _refuse_too_many(events: int, limits: Limits) -> None:
    if events > limits.events:
        raise TooLarge(f"Send at most {limits.events} events a request.")
