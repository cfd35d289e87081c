from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.assessments.visit.models import Draft, SharedResult
from backend.extensions import Model


class StoredAssessment(Model):
    """A finished assessment, for counting. Holds no pay, no email and no way back to a draft once that is gone.

    `user_id` is the public id of the account that was signed in when it was made: it is theirs, and leaves with them.
    `completion_time`: seconds from the first reply to the last one.
    """

    __tablename__ = "assessments"
    __table_args__ = (Index(None, "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[UUID] = mapped_column(unique=True)
    user_id: Mapped[str | None] = mapped_column(String(100), index=True)
    session_id: Mapped[str] = mapped_column(String(100), index=True)
    job_title: Mapped[str | None] = mapped_column(String(200))
    industry: Mapped[str | None] = mapped_column(String(100))
    risk_level: Mapped[str | None] = mapped_column(String(50))
    completion_time: Mapped[float | None]
    created_at: Mapped[datetime]
    occupation: Mapped[str] = mapped_column(String(7))
    state: Mapped[str | None] = mapped_column(String(2))
    education: Mapped[str | None] = mapped_column(String(20))
    experience_years: Mapped[float | None]
    activities: Mapped[dict[str, Any]]
    score: Mapped[float | None]
    band_low: Mapped[float | None]
    band_high: Mapped[float | None]
    model: Mapped[str] = mapped_column(String(50))
    data_version: Mapped[str] = mapped_column(String(50))


class AssessmentStore:
    """The finished assessments of a job."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, assessment: StoredAssessment) -> str | None:
        """Insert or update an assessment; its owner and creation time stay. Returns the owner."""
        earlier = self._session.scalar(
            select(StoredAssessment).where(StoredAssessment.assessment_id == assessment.assessment_id)
        )
        if earlier is not None:
            assessment.id = earlier.id
            assessment.user_id = earlier.user_id or assessment.user_id
            assessment.created_at = earlier.created_at
        self._session.merge(assessment)
        return assessment.user_id

    def owner(self, assessment_id: UUID) -> str | None:
        """The public id of the account it is kept with."""
        return self._session.scalar(
            select(StoredAssessment.user_id).where(StoredAssessment.assessment_id == assessment_id)
        )

    def of_user(
        self, user_id: str, now: datetime, limit: int
    ) -> Sequence[tuple[StoredAssessment, bytes | None, bytes | None]]:
        """The newest results of an account, with the sealed tokens of answers and link while the answers are kept."""
        unexpired = (Draft.assessment_id == StoredAssessment.assessment_id) & (Draft.expires_at > now)
        active = (SharedResult.draft_id == Draft.id) & SharedResult.revoked_at.is_(None)
        own = select(StoredAssessment, Draft.sealed_token, SharedResult.sealed_token)
        kept = own.outerjoin(Draft, unexpired).outerjoin(SharedResult, active)
        newest = kept.order_by(StoredAssessment.created_at.desc(), StoredAssessment.id.desc()).limit(limit)
        rows = self._session.execute(newest.where(StoredAssessment.user_id == user_id))
        return [(assessment, sealed_token, sealed_link) for assessment, sealed_token, sealed_link in rows]
