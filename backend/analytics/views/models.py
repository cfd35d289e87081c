from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.analytics.views.view import LONGEST_NAME
from backend.extensions import Model


class StoredView(Model):
    """A page of the dashboards with its parameters, or filters alone, under a name that its owner uses once."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    kind: Mapped[str] = mapped_column(String(10))
    page: Mapped[str | None] = mapped_column(String(20))
    parameters: Mapped[dict[str, Any]]
    shared: Mapped[bool]
    created_at: Mapped[datetime]
