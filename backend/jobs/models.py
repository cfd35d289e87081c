from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class JobState(StrEnum):
    """`waiting` for its time or its next attempt, `running` under a lease, `done`, or `dead` after its last attempt."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(Model):
    """Work to do once, later or now. `unique_key` names the effect: a second job with the same key is not made.

    `offered_until`: when the row is handed over again unless a Celery worker has begun. `fence` grows with each
    attempt; an attempt may end the job only while the fence is still its own. `progress` is how much of the work is
    done, in percent, where its handler tells.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "state", "due_at"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(50))
    payload: Mapped[dict[str, Any]]
    unique_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=JobState.WAITING)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    offered_until: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger(), default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    progress: Mapped[int | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ScheduledTask(Model):
    """One row for each entry of the schedule: when it is due next, and how its last run ended."""

    __tablename__ = "scheduled_tasks"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    due_at: Mapped[datetime]
    offered_until: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger(), default=0)
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(default=0)


class Lease(Model):
    """The holder of a right, until `expires_at`. `fence` grows with every change of holder."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    holder: Mapped[str] = mapped_column(String(100))
    fence: Mapped[int] = mapped_column(BigInteger())
    expires_at: Mapped[datetime]
