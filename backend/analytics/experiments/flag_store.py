from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.analytics.experiments.models import FeatureFlag, Holdout
from backend.errors import NotFound

TURN = "SELECT pg_advisory_xact_lock(hashtext('mingus.flags'))"


class FlagStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def take_turn(self) -> None:
        """Wait until nobody else adds or deletes; until the transaction ends, nobody does. SQLite has one writer."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text(TURN))

    def add(self, row: FeatureFlag | Holdout) -> None:
        self._session.add(row)
        self._session.flush()

    def delete(self, row: FeatureFlag | Holdout) -> None:
        self._session.delete(row)
        self._session.flush()

    def all(self) -> Sequence[FeatureFlag]:
        return self._session.scalars(select(FeatureFlag).order_by(FeatureFlag.key)).all()

    def find(self, key: str) -> FeatureFlag | None:
        return self._session.get(FeatureFlag, key)

    def get(self, key: str, *, for_change: bool = False) -> FeatureFlag:
        """Raises NotFound. A flag read for a change waits for any other change of it."""
        row = self._session.get(FeatureFlag, key, with_for_update=for_change, populate_existing=for_change)
        if row is None:
            raise NotFound("There is no flag with that key.")
        return row

    def holdouts(self) -> Sequence[Holdout]:
        return self._session.scalars(select(Holdout).order_by(Holdout.name)).all()

    def find_holdout(self, name: str) -> Holdout | None:
        return self._session.get(Holdout, name, with_for_update=True, populate_existing=True)

    def holdout(self, name: str) -> Holdout:
        """For a change. Raises NotFound."""
        row = self.find_holdout(name)
        if row is None:
            raise NotFound("There is no holdout with that name.")
        return row
