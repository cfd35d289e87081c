"""Events checked all together: patterns tried on each event cost more than all else that reading it takes.

`WireEvent` defines a good event. These checks are equal to it; where one fails, events are parsed one by one.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Raw, Struct

from backend.analytics.events.event import Event
from backend.analytics.events.ids import new_event_ids
from backend.analytics.events.intake import EnvelopeFields
from backend.analytics.events.server_streams import SERVER_STREAMS
from backend.analytics.events.wire.escapes import NUL, without_nul
from backend.analytics.events.wire.event import NOTHING, Moment
from backend.analytics.events.wire.properties import check_all

EVENT_TYPE = re.compile(r"[a-z][a-z0-9_]{0,99}")
OF_SESSION_IDS = f"{string.ascii_letters}{string.digits}._:-".encode()
LONGEST = 100
NO_PROPERTIES = Raw(b"{}")


class UncheckedEvent(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A `WireEvent` whose texts may still be anything."""

    event_type: str
    session_id: str
    event_id: UUID | None = None
    user_id: str | None = None
    timestamp: Moment | None = None
    event_data: Raw = NOTHING


class UncheckedEnvelope(EnvelopeFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    events: list[UncheckedEvent]


def checked(wires: Sequence[UncheckedEvent], default_timestamp: datetime) -> tuple[Event, ...]:
    """The events, where all are good; else raises ValueError. `default_timestamp` is that of events without one."""
    event_types = [wire.event_type for wire in wires]
    _check_texts(
        event_types, [wire.session_id for wire in wires], {wire.user_id for wire in wires if wire.user_id is not None}
    )
    data = [bytes(wire.event_data) for wire in wires]
    if b"null" in data:
        data = [b"{}" if text == b"null" else text for text in data]
    if any(NUL in text for text in data):
        data = [without_nul(text) for text in data]
    check_all(event_types, data)
    ids = iter(new_event_ids(sum([wire.event_id is None for wire in wires])))
    return tuple(
        [
            Event(
                wire.event_id or next(ids),
                wire.event_type,
                wire.session_id,
                wire.user_id,
                wire.timestamp or default_timestamp,
                Raw(text),
            )
            for wire, text in zip(wires, data, strict=True)
        ]
    )


def _check_texts(event_types: Sequence[str], session_ids: Sequence[str], user_ids: Collection[str]) -> None:
    if not all(EVENT_TYPE.fullmatch(event_type) for event_type in set(event_types)):
        raise ValueError("an event_type is not good")
    joined = "".join(session_ids)
    if joined.encode().translate(None, OF_SESSION_IDS) or not _lengths_are_good(session_ids):
        raise ValueError("a session_id is not good")
    if SERVER_STREAMS in joined:
        raise ValueError("a session_id may be the server's own")
    if not _lengths_are_good(user_ids) or any("\0" in user_id for user_id in user_ids):
        raise ValueError("a user_id is not good")


def _lengths_are_good(texts: Collection[str]) -> bool:
    return not texts or (min(map(len, texts)) > 0 and max(map(len, texts)) <= LONGEST)
