from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Double, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class StoredGoal(Model):
    """A goal. It is the team's: it outlives its owner's account, as nobody's."""

    __tablename__ = "measure_goals"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StoredGoalVersion(Model):
    """What a goal asks from a moment on, and who said so. The latest version is in force."""

    __tablename__ = "measure_goal_versions"
    __table_args__ = (UniqueConstraint("goal_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    goal_id: Mapped[int] = mapped_column(ForeignKey("measure_goals.id", ondelete="CASCADE"))
    number: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    measure: Mapped[str] = mapped_column(String(60))
    value: Mapped[float] = mapped_column(Double)
    period: Mapped[str] = mapped_column(String(10))
    direction: Mapped[str] = mapped_column(String(10))
    starts_on: Mapped[date]
    conditions: Mapped[dict[str, Any]]
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime]


class StoredGoalPeriod(Model):
    """A period that is over: what was asked of it, what was counted, and how it was judged."""

    __tablename__ = "measure_goal_periods"
    __table_args__ = (UniqueConstraint("version_id", "first_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    goal_id: Mapped[int] = mapped_column(ForeignKey("measure_goals.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("measure_goal_versions.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    value: Mapped[float | None] = mapped_column(Double)
    n: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    closed_at: Mapped[datetime]
