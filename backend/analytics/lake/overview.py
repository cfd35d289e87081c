from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.lake.delta import LANDING, REBUILDING, REFUSED, Lake
from backend.analytics.lake.landing import unread
from backend.analytics.lake.landing_batches import reading
from backend.analytics.lake.progress import ProgressStore
from backend.analytics.lake.upkeep import TableState, state_of
from backend.clock import Clock


@dataclass(frozen=True, slots=True)
class LakeOverview:
    """The state of the lake: its tables, and how far it is behind the landing table."""

    tables: tuple[TableState, ...]
    watermark: int
    rows_behind: int
    behind: timedelta | None
    as_of: datetime | None
    refused: bool
    rebuilding: bool


class LakeInspection:
    def __init__(self, lake: Lake, sessions: Callable[[], Session], now: Clock) -> None:
        self._lake = lake
        self._sessions = sessions
        self._now = now

    def look(self) -> LakeOverview:
        base = self._lake.open("events")
        watermark = base.transaction_version(LANDING) or 0
        with self._sessions() as session:
            with reading(session):
                missing = sa.select(sa.func.count(), sa.func.min(AnalyticsEvent.created_at))
                rows, oldest = session.execute(missing.where(unread(session, watermark))).one()
            last = ProgressStore(session).last()
        return LakeOverview(
            tables=tuple(state_of(self._lake, table.name) for table in self._lake.tables),
            watermark=watermark,
            rows_behind=rows,
            behind=self._now() - oldest if oldest else None,
            as_of=last.as_of if last else None,
            refused=bool(base.transaction_version(REFUSED)),
            rebuilding=bool(base.transaction_version(REBUILDING)),
        )
