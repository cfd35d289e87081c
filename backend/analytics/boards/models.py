from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.analytics.boards.board import LONGEST_NAME
from backend.extensions import Model


class StoredBoard(Model):
    """A board under a name that its owner uses once. `layout` holds its tiles in order."""

    __tablename__ = "boards"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    layout: Mapped[dict[str, Any]]
    shared: Mapped[bool]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
