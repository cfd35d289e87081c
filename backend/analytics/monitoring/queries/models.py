from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class SlowStatement(Model):
    """A statement that was slow, its values masked. `plan` is its plan without values, or why there is none."""

    __tablename__ = "slow_statements"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    statement: Mapped[str] = mapped_column(Text)
    dialect: Mapped[str] = mapped_column(String(20))
    plan: Mapped[str | None] = mapped_column(Text)
    planned_at: Mapped[datetime | None]


class SlowHour(Model):
    """How often a statement was slow in an hour, for all processes together."""

    __tablename__ = "slow_hours"
    __table_args__ = (Index(None, "hour"),)

    name: Mapped[str] = mapped_column(ForeignKey("slow_statements.name", ondelete="CASCADE"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]
    maximum: Mapped[float]
    last_at: Mapped[datetime]
    route: Mapped[str] = mapped_column(String(200))
    rows: Mapped[int | None]
