from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.analytics.events.models import VisitorSalt


class SaltStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get_or_add(self, day: date, salt: bytes) -> bytes:
        """The salt of the day: `salt`, unless another process was first."""
        stored = self._session.scalars(self._of(day)).one_or_none()
        if stored is not None:
            return stored
        dialect = sqlite if self._session.get_bind().dialect.name == "sqlite" else postgresql
        self._session.execute(dialect.insert(VisitorSalt).values(day=day, salt=salt).on_conflict_do_nothing())
        return self._session.scalars(self._of(day)).one()

    def delete_until(self, day: date) -> int:
        expired = sa.delete(VisitorSalt).where(VisitorSalt.day <= day).returning(VisitorSalt.day)
        return len(self._session.scalars(expired).all())

    @staticmethod
    def _of(day: date) -> sa.Select[bytes]:
        return sa.select(VisitorSalt.salt).where(VisitorSalt.day == day)
