from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.extensions import Model

LONGEST_TITLE, LONGEST_TEXT, LONGEST_NAME = 120, 500, 100


class StoredUpdate(Model):
    """What visitors were told of an incident at an instant."""

    __tablename__ = "incident_updates"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(13))
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    who: Mapped[str | None] = mapped_column(String(LONGEST_NAME))


class StoredIncident(Model):
    """An incident that operators told visitors of."""

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    components: Mapped[dict[str, Any]]
    impact: Mapped[str] = mapped_column(String(8))
    started_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None] = mapped_column(index=True)
    updates: Mapped[list[StoredUpdate]] = relationship(
        order_by=StoredUpdate.id.desc(), cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )
