from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.orm import Session

from backend.analytics.events.models import EventCursor

NAME = "ga4"


class CursorStore:
    """How far forwarding has come in the landing table."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def position(self) -> int | None:
        return self._session.scalar(select(EventCursor.position).where(EventCursor.name == NAME))

    def begin(self, position: int, now: datetime) -> None:
        self._session.execute(insert(EventCursor).values(name=NAME, position=position, updated_at=now))

    def move(self, before: int, after: int, now: datetime) -> bool:
        """Move the cursor, unless somebody else has moved it meanwhile."""
        unmoved = (EventCursor.name == NAME) & (EventCursor.position == before)
        moved = self._session.execute(update(EventCursor).where(unmoved).values(position=after, updated_at=now))
        return cast("CursorResult[Any]", moved).rowcount == 1
