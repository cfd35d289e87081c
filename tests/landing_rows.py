"""Rows for the landing table, and what the lake made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.lake.delta import Lake

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def landing_row(**columns: object) -> dict[str, object]:
    """A row as it is inserted; received when it happened unless told otherwise."""
    when = columns.get("timestamp", NOW)
    row = {"event_id": uuid4(), "event_type": "seen", "session_id": "s-1", "timestamp": when, "created_at": when}
    return {**row, "event_data": {}, **columns}


def write(session: Session, count: int = 1, **columns: object) -> set[str]:
    """Insert rows in the session's transaction; returns their event ids as the lake spells them."""
    rows = [landing_row(**columns) for _ in range(count)]
    session.execute(sa.insert(AnalyticsEvent), rows)
    return {str(row["event_id"]) for row in rows}


def store(engine: sa.Engine, count: int = 1, **columns: object) -> set[str]:
    """Insert and commit rows; returns their event ids."""
    with Session(engine) as session, session.begin():
        return write(session, count, **columns)


def landed(engine: sa.Engine) -> list[str]:
    """The event ids of the landing table, in order."""
    with Session(engine) as session:
        return sorted(map(str, session.scalars(sa.select(AnalyticsEvent.event_id))))


def in_lake(lake: Lake) -> list[str]:
    """The event ids of the lake, in order, each as often as it is there."""
    return sorted(lake.open("events").to_pyarrow_table(columns=["event_id"])["event_id"].to_pylist())
