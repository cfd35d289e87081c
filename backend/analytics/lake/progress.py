from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.analytics.events.models import EventCursor

NAME = "lake"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the lake was known to be: everything acknowledged before `as_of` was in it."""

    watermark: int
    as_of: datetime


class ProgressStore:
    """Where every process can see cheaply how fresh the lake is; the truth about rows is in the lake itself."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def last(self) -> Progress | None:
        row = self._session.get(EventCursor, NAME, populate_existing=True)
        return None if row is None else Progress(row.position, row.updated_at)

    def note(self, progress: Progress) -> None:
        self._session.merge(EventCursor(name=NAME, position=progress.watermark, updated_at=progress.as_of))
