"""Annotations of the charts. Readers of the dashboards see all; authors change, they and admins delete them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.analytics.annotations.annotation import Annotation
from backend.analytics.annotations.models import StoredAnnotation
from backend.analytics.annotations.store import AnnotationStore, no_annotation
from backend.analytics.metrics.period import Period
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import reading
from backend.errors import FieldError, InvalidRequest
from backend.row_security import serving

MOST_OF_AN_ACCOUNT = 1_000
WITHOUT_ACCOUNT = "annotations are for everyone with dashboard access"


class Annotations:
    def __init__(self, store: AnnotationStore, session: Session, audit: AuditLog, now: Clock) -> None:
        self._store = store
        self._session = session
        self._audit = audit
        self._now = now

    def within(self, period: Period, account_id: int | None) -> tuple[Annotation, ...]:
        """The annotations of a period, in their order."""
        if account_id is None:
            with serving(self._session, WITHOUT_ACCOUNT):
                return self._within(period, None)
        return self._within(period, account_id)

    def add(self, account_id: int, at: date | datetime, text: str) -> Annotation:
        """Raises InvalidRequest if there are as many as one may write."""
        if self._store.count(account_id) >= MOST_OF_AN_ACCOUNT:
            message = f"You already have {MOST_OF_AN_ACCOUNT:,} annotations. Delete one first."
            raise InvalidRequest([FieldError("text", message, "too_many")])
        day, instant = _day_or_instant(at)
        stored = StoredAnnotation(
            public_id=uuid4(),
            account_id=account_id,
            day=day,
            instant=instant,
            text=text,
            created_at=self._now(),
        )
        self._store.add(stored)
        added = _shown(stored, account_id)
        self._session.commit()
        return added

    def own(self, account_id: int, public_id: UUID) -> Annotation:
        """Raises NotFound, also for an annotation of somebody else."""
        with reading():
            return _shown(self._own(account_id, public_id), account_id)

    def change(self, account_id: int, public_id: UUID, at: date | datetime, text: str) -> Annotation:
        """Changes an annotation of the account. Raises NotFound."""
        stored = self._own(account_id, public_id)
        stored.day, stored.instant, stored.text = *_day_or_instant(at), text
        changed = _shown(stored, account_id)
        self._session.commit()
        return changed

    def delete(self, account_id: int, public_id: UUID) -> None:
        """Deletes an annotation of the account. Raises NotFound."""
        self._store.delete(self._own(account_id, public_id))
        self._session.commit()

    def delete_anybodys(self, by: str, account_id: int, public_id: UUID) -> None:
        """For an admin; the audit log remembers the annotation of somebody else. Raises NotFound."""
        with serving(self._session, "an admin deletes an annotation of somebody else"):
            stored = self._store.get(public_id)
            self._store.delete(stored)
            if stored.account_id != account_id:
                self._audit.record(by, Action.ANNOTATION_DELETED, f"annotation:{public_id}")
            self._session.commit()

    def _own(self, account_id: int, public_id: UUID) -> StoredAnnotation:
        stored = self._store.get(public_id)
        if stored.account_id != account_id:
            raise no_annotation()
        return stored

    def _within(self, period: Period, account_id: int | None) -> tuple[Annotation, ...]:
        zone = ZoneInfo(period.timezone)
        days, instants = (period.first_day, period.last_day), (period.start, period.end)
        with reading():
            annotations = [_shown(stored, account_id) for stored in self._store.within(days, instants)]
        return tuple(sorted(annotations, key=lambda annotation: annotation.moment(zone).timestamp()))


def _day_or_instant(at: date | datetime) -> tuple[date | None, datetime | None]:
    return (None, at.astimezone(UTC)) if isinstance(at, datetime) else (at, None)


def _shown(stored: StoredAnnotation, account_id: int | None) -> Annotation:
    at = stored.day or stored.instant
    assert at is not None
    mine = account_id is not None and stored.account_id == account_id
    return Annotation(stored.public_id, at, stored.text, mine, stored.created_at)
