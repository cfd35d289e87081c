from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class Draft(Model):
    """A visitor's answers on their way to a result. Holds no pay and no e-mail; deleted after a while.

    `token` is the only key to it and stands in the page's address.
    """

    __tablename__ = "assessment_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    assessment_id: Mapped[UUID] = mapped_column(unique=True)
    session_id: Mapped[str] = mapped_column(String(100))
    answers: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class StoredAssessment(Model):
    """A finished assessment, for counting. Holds no pay, no e-mail and no way back to a draft once that is gone.

    `user_id` is the public id of the account that was signed in when it was made: it is theirs, and leaves with them.
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


class SharedResult(Model):
    """A link to a result that its maker may withdraw. Gone when the draft is."""

    __tablename__ = "shared_results"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(22), unique=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("assessment_drafts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
