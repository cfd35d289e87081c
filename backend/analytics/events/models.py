from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class AnalyticsEvent(Model):
    """The landing table: every event as it was accepted, once."""

    __tablename__ = "analytics_events"
    __table_args__ = (Index(None, "event_type", "timestamp"), Index(None, "session_id", "timestamp"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    event_type: Mapped[str] = mapped_column(String(100))
    user_id: Mapped[str | None] = mapped_column(String(100))
    session_id: Mapped[str] = mapped_column(String(100))
    timestamp: Mapped[datetime]
    event_data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
