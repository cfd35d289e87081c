from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.analytics.annotations.models import StoredAnnotation
from backend.errors import NotFound


class AnnotationStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, annotation: StoredAnnotation) -> None:
        self._session.add(annotation)
        self._session.flush()

    def within(self, days: tuple[date, date], instants: tuple[datetime, datetime]) -> Sequence[StoredAnnotation]:
        """Annotations of days, both included, and of instants, the last not included."""
        on_days = StoredAnnotation.day.between(*days)
        between = (StoredAnnotation.instant >= instants[0]) & (StoredAnnotation.instant < instants[1])
        in_period = select(StoredAnnotation).where(on_days | between).order_by(StoredAnnotation.id)
        return self._session.scalars(in_period).all()

    def count(self, account_id: int) -> int:
        own = select(func.count()).select_from(StoredAnnotation).where(StoredAnnotation.account_id == account_id)
        return self._session.scalar(own) or 0

    def get(self, public_id: UUID) -> StoredAnnotation:
        annotation = self._session.scalar(select(StoredAnnotation).where(StoredAnnotation.public_id == public_id))
        if annotation is None:
            raise no_annotation()
        return annotation

    def delete(self, annotation: StoredAnnotation) -> None:
        self._session.delete(annotation)


def no_annotation() -> NotFound:
    return NotFound("There is no annotation with that ID that is yours.")
