from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Row, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from backend.analytics.monitoring.queries.models import SlowHour, SlowStatement
from backend.analytics.monitoring.queries.slow import Slowness
from backend.jobs.store import inserting

LONGEST_ROUTE = 200


class SlowQueryStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, noted: Mapping[str, Slowness]) -> None:
        """Add to the hours; always in the order of names, so that two processes never wait for each other."""
        for name, slowness in sorted(noted.items()):
            statement = {"name": name, "statement": slowness.query.statement, "dialect": slowness.dialect}
            self._session.execute(inserting(self._session, SlowStatement).values(statement).on_conflict_do_nothing())
            self._add_to_hour(name, slowness)

    def worst(self, since: datetime, most: int) -> Sequence[Row[str, int, float, datetime]]:
        """Name, count, maximum, and the time of the last, the longest first."""
        hours = (
            select(
                SlowHour.name,
                func.sum(SlowHour.count).label("times"),
                func.max(SlowHour.maximum).label("maximum"),
                func.max(SlowHour.last_at).label("last_at"),
            )
            .where(SlowHour.last_at >= since)
            .group_by(SlowHour.name)
            .order_by(func.max(SlowHour.maximum).desc(), SlowHour.name)
            .limit(most)
        )
        return self._session.execute(hours).all()

    def statements(self, names: Collection[str]) -> Mapping[str, SlowStatement]:
        rows = self._session.scalars(select(SlowStatement).where(SlowStatement.name.in_(names)))
        return {row.name: row for row in rows}

    def latest(self, names: Collection[str]) -> Mapping[str, SlowHour]:
        """The last hour of each statement."""
        hours = select(SlowHour).where(SlowHour.name.in_(names)).order_by(SlowHour.last_at)
        return {hour.name: hour for hour in self._session.scalars(hours)}

    def without_plan(self, dialect: str, before: datetime, most: int) -> Sequence[SlowStatement]:
        """Statements of this database that have no plan, or one from before then."""
        old = or_(SlowStatement.planned_at.is_(None), SlowStatement.planned_at < before)
        wanted = select(SlowStatement).where(SlowStatement.dialect == dialect, old)
        oldest_first = wanted.order_by(SlowStatement.planned_at.nulls_first(), SlowStatement.name).limit(most)
        return self._session.scalars(oldest_first).all()

    def keep_plan(self, name: str, plan: str, now: datetime) -> None:
        planned = update(SlowStatement).where(SlowStatement.name == name).values(plan=plan, planned_at=now)
        self._session.execute(planned)

    def forget(self, before: datetime) -> int:
        """Delete hours from before then, and statements that have none left; how many hours."""
        old = cast("CursorResult[Any]", self._session.execute(delete(SlowHour).where(SlowHour.last_at < before)))
        kept = select(SlowHour.name).where(SlowHour.name == SlowStatement.name).exists()
        self._session.execute(delete(SlowStatement).where(~kept))
        return old.rowcount

    def _add_to_hour(self, name: str, slowness: Slowness) -> None:
        insert = inserting(self._session, SlowHour).values(
            name=name,
            hour=slowness.last_at.replace(minute=0, second=0, microsecond=0),
            count=slowness.count,
            maximum=slowness.maximum,
            last_at=slowness.last_at,
            route=slowness.route[:LONGEST_ROUTE],
            rows=slowness.rows,
        )
        new = insert.excluded
        longest = case((new.maximum > SlowHour.maximum, new.maximum), else_=SlowHour.maximum)
        upsert = insert.on_conflict_do_update(
            index_elements=["name", "hour"],
            set_={
                "count": SlowHour.count + new.count,
                "maximum": longest,
                "last_at": new.last_at,
                "route": new.route,
                "rows": func.coalesce(new.rows, SlowHour.rows),
            },
        )
        self._session.execute(upsert)
