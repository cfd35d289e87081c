from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.analytics.annotations.annotation import LONGEST_TEXT
from backend.extensions import Model


class StoredAnnotation(Model):
    """An annotation of a local day or an instant. It is the team's: it outlives its author's account, as nobody's."""

    __tablename__ = "annotations"
    __table_args__ = (CheckConstraint("(day IS NULL) <> (instant IS NULL)", name="day_or_instant"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    day: Mapped[date | None] = mapped_column(index=True)
    instant: Mapped[datetime | None] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    created_at: Mapped[datetime]
