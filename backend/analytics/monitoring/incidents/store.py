from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from backend.analytics.monitoring.incidents.incident import (
    Component,
    Impact,
    IncidentState,
    IncidentUpdate,
    PublicIncident,
)
from backend.analytics.monitoring.incidents.models import StoredIncident
from backend.errors import NotFound

NAMES = "names"


class IncidentStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def since(self, moment: datetime, most: int) -> Sequence[PublicIncident]:
        """Those that last, or ended after the moment: open ones first, then the newest."""
        recent = StoredIncident.resolved_at.is_(None) | (StoredIncident.resolved_at >= moment)
        order = (StoredIncident.resolved_at.is_not(None), StoredIncident.started_at.desc(), StoredIncident.id.desc())
        rows = self._session.scalars(select(StoredIncident).where(recent).order_by(*order).limit(most))
        return [incident_of(row) for row in rows]

    def get(self, incident_id: int, *, lock: bool = False) -> StoredIncident:
        """Raises NotFound."""
        locked = True if lock else None
        incident = self._session.get(StoredIncident, incident_id, with_for_update=locked, populate_existing=True)
        if incident is None:
            raise NotFound("There is no incident with that ID.")
        return incident

    def add(self, row: StoredIncident) -> None:
        self._session.add(row)
        self._session.flush()

    def remove(self, row: StoredIncident) -> None:
        self._session.delete(row)

    def count_open(self) -> int:
        lasting = select(func.count()).select_from(StoredIncident).where(StoredIncident.resolved_at.is_(None))
        return self._session.scalar(lasting) or 0

    def drop_resolved(self, before: datetime) -> None:
        old = delete(StoredIncident).where(StoredIncident.resolved_at < before)
        self._session.execute(old.execution_options(synchronize_session=False))


def incident_of(row: StoredIncident) -> PublicIncident:
    return PublicIncident(
        row.id,
        row.title,
        tuple(map(Component, row.components[NAMES])),
        Impact(row.impact),
        row.started_at,
        row.resolved_at,
        tuple(IncidentUpdate(one.at, IncidentState(one.state), one.text, one.who) for one in row.updates),
    )
