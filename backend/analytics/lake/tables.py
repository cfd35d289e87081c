"""The lake's tables: their columns, once, by names that Ibis, Arrow and Delta are told from. Later tables join them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

INSTANT = "timestamp('UTC')"


@dataclass(frozen=True, slots=True)
class LakeTable:
    """A Delta table by its folder's name, partitioned by `day`, a UTC date.

    `columns` maps names to types as `ibis.schema` takes them. `key` names a row where it has to be erased: its values
    may stay in Delta's log, so it must say nothing about a person. `skip_by`: columns whose least and greatest value
    the log keeps for each file, which says as little.
    """

    name: str
    columns: Mapping[str, str]
    key: str
    skip_by: tuple[str, ...] = ("timestamp", "session_key")

    def arrow_schema(self) -> pa.Schema:
        """The same columns in Arrow's types; loads pyarrow."""
        import pyarrow as pa

        types: dict[str, pa.DataType] = {
            "date": pa.date32(),
            "string": pa.string(),
            "int64": pa.int64(),
            "int32": pa.int32(),
            "float64": pa.float64(),
            "boolean": pa.bool_(),
            INSTANT: pa.timestamp("us", tz="UTC"),
            "array<int64>": pa.list_(pa.int64()),
        }
        return pa.schema([(name, types[kind]) for name, kind in self.columns.items()])


EVENTS = LakeTable(
    "events",
    {
        "day": "date",  # of `timestamp`
        "event_id": "string",
        "event_type": "string",
        "session_id": "string",
        "session_key": "int64",  # a hash of session_id: integers group twice as fast
        "visitor_id": "string",
        "user_id": "string",
        "timestamp": INSTANT,  # when it happened, the sender's clock corrected
        "received_at": INSTANT,
        "is_bot": "boolean",
        "country": "string",
        "region": "string",
        "device": "string",
        "source": "string",
        "medium": "string",
        "campaign": "string",
        "referrer": "string",
        "step": "int32",
        "seconds": "float64",
        "job_title": "string",
        "occupation": "string",
        "industry": "string",
        "experience": "string",
        "education": "string",
        "risk_level": "string",
        "offer": "string",
        "price_cents": "int64",
        "currency": "string",
        "event_data": "string",  # JSON as it was sent
    },
    key="event_id",
)
