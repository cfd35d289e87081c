"""The lake's tables: their columns, once, in Arrow types. A later table registers itself here."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class LakeTable:
    """A Delta table by its folder's name. Every table is partitioned by `day`, a UTC date."""

    name: str
    schema: pa.Schema


EVENT_COLUMNS: dict[str, pa.DataType] = {
    "day": pa.date32(),  # of `timestamp`
    "event_id": pa.string(),
    "event_type": pa.string(),
    "session_id": pa.string(),
    "session_key": pa.int64(),  # a hash of session_id: integers group twice as fast
    "visitor_id": pa.string(),
    "user_id": pa.string(),
    "timestamp": INSTANT,  # when it happened, the sender's clock corrected
    "received_at": INSTANT,
    "is_bot": pa.bool_(),
    "country": pa.string(),
    "region": pa.string(),
    "device": pa.string(),
    "source": pa.string(),
    "medium": pa.string(),
    "campaign": pa.string(),
    "step": pa.int32(),
    "seconds": pa.float64(),
    "job_title": pa.string(),
    "industry": pa.string(),
    "risk_level": pa.string(),
    "offer": pa.string(),
    "price_cents": pa.int64(),
    "currency": pa.string(),
    "event_data": pa.string(),  # JSON as it was sent
}
EVENTS = LakeTable("events", pa.schema(EVENT_COLUMNS))
