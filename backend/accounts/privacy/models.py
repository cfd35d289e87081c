from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class ConsentChoice(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Consent(Model):
    """The answer of an account to a version of the question of consent. The newest row counts."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    choice: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]


class ErasureRequest(Model):
    """An erasure and its progress: `subject` is the ledger's hash of the person, `done` the data classes erased so far.

    The person's ids are cleared when the erasure is finished. It begins at `due_at`.
    """

    __tablename__ = "erasure_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int | None]
    public_id: Mapped[UUID | None]
    done: Mapped[dict[str, Any]]
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
