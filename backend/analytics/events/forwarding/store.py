from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, select, text, update
from sqlalchemy.orm import Session

from backend.analytics.events.models import EventCursor
from backend.extensions import UtcDateTime

NAME = "ga4"
FIRST = text(
    "INSERT INTO event_cursors (name, position, updated_at) VALUES (:name, :position, :now) ON CONFLICT DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime()))


class CursorStore:
    """The position of forwarding in the landing table."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def position(self) -> int | None:
        return self._session.scalar(select(EventCursor.position).where(EventCursor.name == NAME))

    def move(self, before: int | None, after: int, now: datetime) -> bool:
        """Sets the cursor, unless another process has moved it meanwhile."""
        if before is None:
            begun = self._session.execute(FIRST, {"name": NAME, "position": after, "now": now})
            return cast("CursorResult[Any]", begun).rowcount == 1
        unmoved = (EventCursor.name == NAME) & (EventCursor.position == before)
        moved = self._session.execute(update(EventCursor).where(unmoved).values(position=after, updated_at=now))
        return cast("CursorResult[Any]", moved).rowcount == 1
