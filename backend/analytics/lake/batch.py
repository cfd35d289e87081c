"""A batch of landing rows on its way into the lake's `events`, in Arrow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from backend.analytics.events.landing_reader import LandingBatch
from backend.analytics.lake.shape import lake_rows, shaping_connection

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable

TEXTS = (
    "event_id", "event_type", "user_id", "session_id", "event_data", "visitor_id", "country", "region", "device",
)  # fmt: skip
INSTANTS = {"timestamp": "timestamp", "received_at": "created_at"}


def shaped(batch: LandingBatch) -> pa.Table:
    """The rows as the lake keeps them."""
    with shaping_connection() as connection:
        connection.register("landing", _arrow(batch))
        return cast("pa.Table", connection.sql(lake_rows("landing")).to_arrow_table())


def days_of(rows: pa.Table) -> frozenset[date]:
    return frozenset(cast("list[date]", rows["day"].unique().to_pylist()))


def without_known(rows: pa.Table, base: DeltaTable, days: Iterable[date]) -> pa.Table:
    """Leave out the events whose ids the lake already holds on these days."""
    within = ", ".join(f"'{day.isoformat()}'" for day in sorted(days))
    if not within:
        return rows
    known = base.scan(columns=["event_id"], predicate=f"day IN ({within})")
    with shaping_connection() as connection:
        connection.register("fresh", rows)
        connection.register("known", known)
        fresh = connection.sql("SELECT * FROM fresh ANTI JOIN known USING (event_id)").to_arrow_table()
        return cast("pa.Table", fresh)


def _arrow(batch: LandingBatch) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, Any] = dict(batch.columns())
    arrays: dict[str, Any] = {name: pa.array(columns[name], pa.string()) for name in TEXTS}
    for name, landing_name in INSTANTS.items():
        arrays[landing_name] = pa.array(columns[name], pa.int64()).cast(pa.timestamp("us", tz="UTC"))
    arrays["is_bot"] = pa.array(columns["is_bot"])  # 0 and 1, or false and true
    return pa.table(arrays)
