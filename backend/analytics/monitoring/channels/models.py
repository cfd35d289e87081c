from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model

BIG = BigInteger().with_variant(Integer, "sqlite")


class StoredChannel(Model):
    """A channel that somebody added. What it is called by and signs with is sealed with the installation's key."""

    __tablename__ = "alert_channels"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(80), unique=True)
    host: Mapped[str] = mapped_column(String(253))
    sealed_url: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    minimum: Mapped[str] = mapped_column(String(10))
    is_enabled: Mapped[bool]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class StoredDelivery(Model):
    """One message to one channel: a queue while it waits, then a log.

    `content`: the changes it tells of, and the accounts that an email is still to go to, by id. `claimed_until`: a
    process is sending it.
    """

    __tablename__ = "alert_deliveries"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "channel_id", "id"))

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(12))
    headline: Mapped[str] = mapped_column(String(400))
    content: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
