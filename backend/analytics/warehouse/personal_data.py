from __future__ import annotations

from backend.analytics.lake.delta import Lake
from backend.analytics.lake.personal_data import rows_in
from backend.analytics.warehouse.relations import SESSIONS
from backend.personal_data import DataClass


def visit_data(lake: Lake, kept_days: int) -> DataClass:
    """Sessions are made of events, and leave every table of the lake together with them."""
    return DataClass(
        "visits",
        "To count visits, each of which is put together from its events.",
        f"{kept_days} days.",
        erase=lambda _subject: None,
        export=lambda subject: rows_in(lake, SESSIONS.name, subject),
        lake_tables=frozenset({SESSIONS.name}),
        settings=("EVENTS_RETENTION_DAYS",),
    )
