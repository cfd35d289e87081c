from __future__ import annotations

import itertools
from collections.abc import Container, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from backend.analytics.events.clocks import Impossible, Receipt
from backend.analytics.events.event import Event, Sender


class Misplaced(Struct, frozen=True):
    """An event that cannot have happened when it says; `index` is its place in the request, `timestamp` as it came."""

    index: int
    reason: Impossible
    event: Event


def sift(
    events: Sequence[Event], receipt: Receipt, rejected: Container[int] = ()
) -> tuple[Sequence[Event], Sequence[Misplaced]]:
    """The events with corrected times, and the events with impossible ones.

    `rejected` holds the places in the request that gave no event.
    """
    if receipt.leaves_alone([event.timestamp for event in events]):
        return events, ()
    timely, misplaced = [], []
    places = (index for index in itertools.count() if index not in rejected)
    for index, event in zip(places, events, strict=False):
        instant = receipt.place(event.timestamp)
        if isinstance(instant, Impossible):
            misplaced.append(Misplaced(index, instant, event))
        else:
            timely.append(msgspec.structs.replace(event, timestamp=instant))
    return timely, misplaced


# Made here, before any thread asks: msgspec learns a type at its first use, and two threads at once crash it.
EVENTS, SENDERS = msgspec.json.Decoder(Event), msgspec.json.Decoder(Sender)


def as_stored(value: Event | Sender) -> dict[str, Any]:
    stored: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return stored


def event_of(stored: dict[str, Any]) -> Event:
    return EVENTS.decode(msgspec.json.encode(stored))


def sender_of(stored: dict[str, Any]) -> Sender:
    return SENDERS.decode(msgspec.json.encode(stored))
