"""Ids for events that come without one."""

from __future__ import annotations

import os
import time
from uuid import UUID

import msgspec

# What version 7 and its variant make of any byte in their places.
VERSION = bytes(0x70 | byte & 0x0F for byte in range(256))
VARIANT = bytes(0x80 | byte & 0x3F for byte in range(256))


def new_event_id() -> UUID:
    """A UUID of version 7 (RFC 9562): it begins with the time, so that the index of ids grows at its end."""
    return new_event_ids(1)[0]


def new_event_ids(count: int) -> list[UUID]:
    """Many at once: each question for chance lets go of the interpreter, which busy threads then fight over."""
    ids = bytearray(os.urandom(16 * count))
    for place, byte in enumerate((time.time_ns() // 1_000_000).to_bytes(6, "big")):
        ids[place::16] = bytes([byte]) * count
    ids[6::16] = ids[6::16].translate(VERSION)
    ids[8::16] = ids[8::16].translate(VARIANT)
    return msgspec.convert([bytes(ids[start : start + 16]) for start in range(0, len(ids), 16)], list[UUID])
