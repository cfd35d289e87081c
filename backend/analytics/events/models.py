from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from backend.extensions import Model


class EventId(TypeDecorator[UUID]):
    """A UUID in 16 bytes: PostgreSQL's own type, a BLOB on SQLite."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Uuid() if dialect.name == "postgresql" else LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> UUID | bytes | None:
        return value if value is None or dialect.name == "postgresql" else value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        return UUID(bytes=value) if isinstance(value, bytes) else value


class AnalyticsEvent(Model):
    """The landing table: every event as it was accepted, once, until it is in the lake and its time here is over.

    `created_at` is when the server received it. On PostgreSQL the table is partitioned by the month of `created_at`
    and `transaction_id` tells the lake which rows are safe to read; on SQLite ids are never used again.
    """

    __tablename__ = "analytics_events"
    __table_args__ = (UniqueConstraint("event_id").ddl_if(dialect="sqlite"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(EventId)
    event_type: Mapped[str] = mapped_column(String(100))
    user_id: Mapped[str | None] = mapped_column(String(100))
    session_id: Mapped[str] = mapped_column(String(100))
    timestamp: Mapped[datetime]
    event_data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    visitor_id: Mapped[str | None] = mapped_column(String(64))
    country: Mapped[str | None] = mapped_column(String(2))
    region: Mapped[str | None] = mapped_column(String(6))
    device: Mapped[str | None] = mapped_column(String(10))
    is_bot: Mapped[bool] = mapped_column(default=False)


class QuarantinedEvent(Model):
    """An event whose time is impossible: kept whole, counted nowhere, with the reason."""

    __tablename__ = "quarantined_events"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(EventId, unique=True)
    reason: Mapped[str] = mapped_column(String(200))
    event: Mapped[dict[str, Any]]
    sender: Mapped[dict[str, Any]]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class VisitorSalt(Model):
    """The random salt of one UTC day, from which visitors without consent get their id; forgotten after 48 hours."""

    __tablename__ = "visitor_salts"

    day: Mapped[date] = mapped_column(primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))


class EventCursor(Model):
    """The position of a reader of the landing table."""

    __tablename__ = "event_cursors"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger())
    updated_at: Mapped[datetime]
