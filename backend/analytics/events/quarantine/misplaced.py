from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from backend.analytics.events.clocks import Impossible
from backend.analytics.events.event import Event, Sender


class Misplaced(Struct, frozen=True):
    """An event that cannot have happened when it says; `index` is its place in the request, `timestamp` as it came."""

    index: int
    reason: Impossible
    event: Event


# Made here, before any thread asks: msgspec learns a type at its first use, and two threads at once crash it.
EVENTS, SENDERS = msgspec.json.Decoder(Event), msgspec.json.Decoder(Sender)


def as_stored(value: Event | Sender) -> dict[str, Any]:
    stored: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return stored


def event_of(stored: dict[str, Any]) -> Event:
    return EVENTS.decode(msgspec.json.encode(stored))


def sender_of(stored: dict[str, Any]) -> Sender:
    return SENDERS.decode(msgspec.json.encode(stored))
