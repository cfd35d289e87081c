from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from backend.analytics.events.models import EventCursor

NAME = "lake"
REFUSED = "lake/refused"  # a row of this name: the last sync refused the landing table


@dataclass(frozen=True, slots=True)
class Progress:
    """The last known state of the lake: everything acknowledged before `as_of` was in it."""

    watermark: int
    as_of: datetime


class ProgressStore:
    """A cheap view, for every process, of how fresh the lake is; the truth about rows is in the lake itself."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def last(self) -> Progress | None:
        row = self._session.get(EventCursor, NAME, populate_existing=True)
        return None if row is None else Progress(row.position, row.updated_at)

    def is_refused(self) -> bool:
        return self._session.get(EventCursor, REFUSED, populate_existing=True) is not None

    def refuse(self, position: int, since: datetime) -> None:
        self._session.merge(EventCursor(name=REFUSED, position=position, updated_at=since))

    def save(self, progress: Progress) -> None:
        """Saves the progress of a sync that succeeded, and forgets an earlier refusal."""
        self._session.execute(sa.delete(EventCursor).where(EventCursor.name == REFUSED))
        self._session.merge(EventCursor(name=NAME, position=progress.watermark, updated_at=progress.as_of))
