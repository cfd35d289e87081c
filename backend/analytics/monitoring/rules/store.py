from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.models import StoredRule


class RuleStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Mapping[str, StoredRule]:
        """What operators changed or added, by the id of the rule."""
        return {row.id: row for row in self._session.scalars(select(StoredRule).order_by(StoredRule.id))}

    def keep(self, row: StoredRule) -> None:
        self._session.merge(row)
        self._session.flush()

    def drop(self, rule_id: str) -> None:
        self._session.execute(delete(StoredRule).where(StoredRule.id == rule_id))
