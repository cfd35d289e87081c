"""What a process writes in one flush, as bytes."""

from __future__ import annotations

import msgspec

from backend.analytics.monitoring.measured import Measured
from backend.analytics.monitoring.series import SeriesSet

Packed = dict[int, bytes]
LEAST_EFFORT = 1  # a flush is folded into longer rows within seconds


def packed(minutes: Measured) -> bytes:
    return msgspec.msgpack.encode({minute: series.to_bytes(LEAST_EFFORT) for minute, series in minutes.items()})


def unpacked(payload: bytes) -> dict[int, SeriesSet]:
    minutes = msgspec.msgpack.decode(payload, type=Packed)
    return {minute: SeriesSet.from_bytes(data) for minute, data in minutes.items()}
