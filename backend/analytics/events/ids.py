"""Ids for events that come without one."""

from __future__ import annotations

import os
import time
from uuid import UUID


def new_event_id() -> UUID:
    """A UUID of version 7 (RFC 9562): it begins with the time, so that the index of ids grows at its end."""
    milliseconds, chance = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10), "big")
    return UUID(int=milliseconds << 80 | 0x7 << 76 | chance >> 68 << 64 | 0b10 << 62 | chance & (1 << 62) - 1)
