from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class StoredErrorGroup(Model):
    """Errors of one type from one place. `sample`, `routes` and `requests` hold templates and ids, nobody's data."""

    __tablename__ = "error_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32), unique=True)
    source: Mapped[str] = mapped_column(String(10))
    type: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(12), index=True)
    reason: Mapped[str] = mapped_column(String(300))
    resolved_at: Mapped[datetime | None]
    count: Mapped[int] = mapped_column(BigInteger())
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime] = mapped_column(index=True)
    first_release: Mapped[str] = mapped_column(String(64))
    last_release: Mapped[str] = mapped_column(String(64))
    sample: Mapped[dict[str, Any]]
    routes: Mapped[dict[str, Any]]
    requests: Mapped[dict[str, Any]]


class ErrorHour(Model):
    """How many errors of a group an hour had."""

    __tablename__ = "error_hours"

    group_id: Mapped[int] = mapped_column(ForeignKey("error_groups.id", ondelete="CASCADE"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    count: Mapped[int] = mapped_column(BigInteger())
