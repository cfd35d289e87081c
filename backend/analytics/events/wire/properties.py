"""Checks of `event_data`: an object, not too large nor too deep, with the properties of its event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from backend.analytics.events.event import PROPERTIES

PROPERTY_BYTES = 16 * 1024
DEEPEST = 32

# Made at import, before any thread asks: two threads that show msgspec a type at once crash it.
OBJECT = msgspec.json.Decoder(dict[str, Any])
OBJECTS = msgspec.json.Decoder(list[dict[str, Any]])
TYPED = {name: msgspec.json.Decoder(properties).decode for name, properties in PROPERTIES.items()}
TYPED_LISTS = {name: msgspec.json.Decoder(list[properties]).decode for name, properties in PROPERTIES.items()}  # type: ignore[valid-type]


def check_all(event_types: Sequence[str], data: Sequence[bytes]) -> None:
    """`check` for many, at a third of its cost; does not say which is bad."""
    together = _as_list(data)
    OBJECTS.decode(together)
    for name in TYPED_LISTS.keys() & set(event_types):
        TYPED_LISTS[name](
            _as_list([text for text, event_type in zip(data, event_types, strict=True) if event_type == name])
        )
    is_flat = together.count(b"{") + together.count(b"[") - len(data) <= DEEPEST
    if not is_flat or max(map(len, data), default=0) > PROPERTY_BYTES:
        for event_type, text in zip(event_types, data, strict=True):
            check(event_type, text)


def check(event_type: str, data: bytes) -> None:
    """Raises ValueError with what is wrong and where."""
    if len(data) > PROPERTY_BYTES:
        raise ValueError(f"event_data is larger than {PROPERTY_BYTES} bytes")
    try:
        properties = OBJECT.decode(data)
        if event_type in TYPED:
            TYPED[event_type](data)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        raise ValueError(f"{reason} - at `$.event_data{path or '`'}") from None
    if data.count(b"{") + data.count(b"[") > DEEPEST and _depth(properties) > DEEPEST:
        raise ValueError(f"event_data is nested deeper than {DEEPEST} levels")


def _as_list(data: Sequence[bytes]) -> bytes:
    return b"[%b]" % b",".join(data)


def _depth(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(map(_depth, value.values() if isinstance(value, dict) else value), default=0)
