from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from sqlalchemy import BigInteger, Double, Integer, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import JSON

from backend.extensions import Model


class Level(IntEnum):
    """How long the span of a row is, in seconds, but for two.

    `UNROLLED` rows are minutes that are not yet in what is longer; `OVERVIEW` rows are days whose names are merged into
    the groups that are asked most.
    """

    UNROLLED = 1
    OVERVIEW = 2
    MINUTE = 60
    HOUR = 3_600
    DAY = 86_400
    WEEK = 604_800


class StoredFlush(Model):
    """What one process measured in a few seconds, until it is folded."""

    __tablename__ = "performance_flushes"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    host: Mapped[str] = mapped_column(String(100))
    pid: Mapped[int]
    written_at: Mapped[datetime]
    payload: Mapped[bytes]


class StoredSeries(Model):
    """The series of one minute, hour, or day; `starts` in seconds since the epoch."""

    __tablename__ = "performance_series"

    level: Mapped[Level] = mapped_column(Integer, primary_key=True)
    starts: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    payload: Mapped[bytes]


class StoredTotal(Model):
    """What was ever counted of one series. It never goes back, whichever process or host dies."""

    __tablename__ = "performance_totals"

    family: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[float] = mapped_column(Double)
    buckets: Mapped[list[int]] = mapped_column(JSON().with_variant(postgresql.JSONB(), "postgresql"))
