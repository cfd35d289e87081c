"""Rows that need a closer look are read by the parser of the event API itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Raw, Struct

from backend.analytics.events.event import Event, Sender
from backend.analytics.events.intake import PlaceCode
from backend.analytics.events.reasons import in_words
from backend.analytics.events.senders.places import place

ReadEvents = Callable[[Sequence[bytes], datetime], Sequence[Event | str]]
"""Reads lines of JSON received at an instant as the API does: an event, or the reason why a line is none."""


class SenderFields(Struct, frozen=True):
    """The fields of a sender in a file, of which the API takes fewer."""

    visitor_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}(?!\n)$")] | None = None
    country: PlaceCode | None = None
    region: PlaceCode | None = None
    device: Literal["desktop", "mobile", "tablet", "other"] | None = None
    is_bot: bool | None = None


SENDER_FIELDS = msgspec.json.Decoder(SenderFields)
MEMBERS = msgspec.json.Decoder(dict[str, Raw])
UNREADABLE = (ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class DoubtfulRow:
    """A row that needs a closer look: its line, its content, and the id it gets if it brings none."""

    line: int
    content: str
    own_id: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """The outcome of a row: an event and its sender, or a reason."""

    row: DoubtfulRow
    event: Event | str
    sender: Sender


def read_rows(rows: Sequence[DoubtfulRow], read: ReadEvents, received_at: datetime) -> list[ReadRow]:
    parts = [_take_apart(row) for row in rows]
    events = iter(read([part[0] for part in parts if isinstance(part, tuple)], received_at))
    return [
        ReadRow(row, next(events), part[1]) if isinstance(part, tuple) else ReadRow(row, part, Sender())
        for row, part in zip(rows, parts, strict=True)
    ]


def _take_apart(row: DoubtfulRow) -> tuple[bytes, Sender] | str:
    """The event for the API's parser, and the sender; or a reason."""
    content = row.content.encode()
    try:
        members = MEMBERS.decode(content)
    except UNREADABLE:
        return content.replace(b"\n", b" "), Sender()  # the parser says what is wrong with it
    fields = {name: members.pop(name) for name in SenderFields.__struct_fields__ if name in members}
    if bytes(members.get("event_id", b"null")) == b"null":
        members["event_id"] = Raw(f'"{row.own_id}"'.encode())
    try:
        sender = SENDER_FIELDS.decode(msgspec.json.encode(fields))
    except UNREADABLE as error:
        return in_words(error)
    origin = place(sender.country, sender.region)
    who = Sender(sender.visitor_id, origin.country, origin.region, sender.device, bool(sender.is_bot))
    return msgspec.json.encode(members), who
