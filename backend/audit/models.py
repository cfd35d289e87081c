from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class AuditEntry(Model):
    """Who did what to what, and when. Actors and objects are public ids, which identify nobody.

    `digest` is the HMAC over this entry and the digest before it, so that no entry can be changed or removed unseen.
    """

    __tablename__ = "audit_entries"

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(60), index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    object: Mapped[str] = mapped_column(String(100))
    details: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))


class AuditHead(Model):
    """The last entry of the chain: one row, whose lock lets one writer append at a time."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger())
    digest: Mapped[str] = mapped_column(String(64))
