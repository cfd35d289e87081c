"""What a process writes in one flush, as bytes."""

from __future__ import annotations

import msgspec

from backend.analytics.monitoring.measured import Measured, Span
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.series import SeriesSet

Packed = list[tuple[int, str, bytes]]


def packed(spans: Measured) -> bytes:
    return msgspec.msgpack.encode(
        [(minute, family.value, series.to_bytes()) for (minute, family), series in spans.items()]
    )


def unpacked(payload: bytes) -> dict[Span, SeriesSet]:
    """Spans of families that this release does not know, as after going back to an older one, are left out."""
    rows = msgspec.msgpack.decode(payload, type=Packed)
    return {(minute, Family(family)): SeriesSet.from_bytes(data) for minute, family, data in rows if family in KNOWN}


KNOWN = frozenset(Family)
