from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.analytics.monitoring.errors.group import ErrorSource, ErrorState
from backend.analytics.monitoring.errors.models import ErrorHour, StoredErrorGroup
from backend.errors import NotFound

LARGEST_ID = 2**31 - 1


class ErrorStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, states: Iterable[ErrorState], most: int) -> Sequence[StoredErrorGroup]:
        """The groups in these states, the one that was seen last first."""
        wanted = select(StoredErrorGroup).where(StoredErrorGroup.state.in_(list(states)))
        order = (StoredErrorGroup.last_seen.desc(), StoredErrorGroup.id.desc())
        return self._session.scalars(wanted.order_by(*order).limit(most)).all()

    def get(self, group_id: int, *, for_change: bool = False) -> StoredErrorGroup:
        """Raises NotFound."""
        wanted = select(StoredErrorGroup).where(StoredErrorGroup.id == group_id)
        known = 0 < group_id <= LARGEST_ID
        group = self._session.scalar(wanted.with_for_update() if for_change else wanted) if known else None
        if group is None:
            raise NotFound("There is no error group with that ID.")
        return group

    def lock(self, fingerprint: str) -> StoredErrorGroup | None:
        """The group of a fingerprint, for a change: processes that add to it take turns."""
        wanted = select(StoredErrorGroup).where(StoredErrorGroup.fingerprint == fingerprint)
        return self._session.scalar(wanted.with_for_update())

    def add(self, **values: Any) -> None:
        """Add a group, unless another process just did."""
        self._session.execute(self._insert(StoredErrorGroup).values(values).on_conflict_do_nothing())

    def add_hours(self, group_id: int, by_hour: Mapping[datetime, int]) -> None:
        for hour, count in sorted(by_hour.items()):
            row = self._insert(ErrorHour).values(group_id=group_id, hour=hour, count=count)
            total = ErrorHour.count + row.excluded.count
            self._session.execute(row.on_conflict_do_update(index_elements=["group_id", "hour"], set_={"count": total}))

    def hours(self, group_ids: Iterable[int], since: datetime) -> Mapping[int, Mapping[datetime, int]]:
        wanted = select(ErrorHour).where(ErrorHour.group_id.in_(list(group_ids)), ErrorHour.hour >= since)
        hours = defaultdict[int, dict[datetime, int]](dict)
        for row in self._session.scalars(wanted):
            hours[row.group_id][row.hour] = row.count
        return hours

    def counts(self) -> Mapping[ErrorState, int]:
        """How many groups each state has."""
        wanted = select(StoredErrorGroup.state, func.count()).group_by(StoredErrorGroup.state)
        return {ErrorState(state): count for state, count in self._session.execute(wanted)}

    def count(self, source: ErrorSource) -> int:
        wanted = select(func.count()).select_from(StoredErrorGroup).where(StoredErrorGroup.source == source)
        return self._session.scalar(wanted) or 0

    def forget(self, groups_before: datetime, hours_before: datetime) -> None:
        """Delete groups that were not seen since, and hours before."""
        self._session.execute(delete(ErrorHour).where(ErrorHour.hour < hours_before))
        self._session.execute(delete(StoredErrorGroup).where(StoredErrorGroup.last_seen < groups_before))

    def _insert(self, model: type[ErrorHour | StoredErrorGroup]) -> postgresql.Insert | sqlite.Insert:
        insert = postgresql.insert if self._session.get_bind().dialect.name == "postgresql" else sqlite.insert
        return insert(model)
