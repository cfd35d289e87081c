"""Read the landing table on from a position, so that no row is missed and none met twice.

On SQLite there is one writer at a time and ids are never used again: the position is the greatest id read.

On PostgreSQL a row with a smaller id may be committed after one with a greater id. Each row carries the id of the
transaction that wrote it, and only those older than every transaction still running are read; the position is just
behind the last one read. A batch ends between two transactions, so one larger than the limit comes whole. The position
never runs ahead of the rows: a crash forgets the numbers of transactions that left none, and gives them out again.
A transaction that stays open holds all readers back until it ends; no row is lost. Rows loaded into another cluster
from a dump keep numbers that mean nothing there: set their `transaction_id` anew before anybody reads.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy.orm import Session

POSTGRESQL_COLUMNS = """
    id, event_id::text, event_type, user_id, session_id, (extract(epoch FROM timestamp) * 1000000)::bigint,
    event_data::text, (extract(epoch FROM created_at) * 1000000)::bigint, visitor_id, country, region, device, is_bot
"""
# strftime rounds what follows the second, so .9996 would be counted as a second more: it is cut off first.
SQLITE_COLUMNS = """
    id, lower(hex(substr(event_id, 1, 4)) || '-' || hex(substr(event_id, 5, 2)) || '-' || hex(substr(event_id, 7, 2))
    || '-' || hex(substr(event_id, 9, 2)) || '-' || hex(substr(event_id, 11))), event_type, user_id, session_id,
    strftime('%s', substr(timestamp, 1, 19)) * 1000000 + substr(timestamp, 21), event_data,
    strftime('%s', substr(created_at, 1, 19)) * 1000000 + substr(created_at, 21),
    visitor_id, country, region, device, is_bot
"""
UNSAFE = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
GREATEST_ID = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'analytics_events'), 0)"


class LandingRow(NamedTuple):
    """The columns of a row as read: instants are microseconds since 1970, `event_data` is JSON, `is_bot` 0 or 1."""

    id: int
    event_id: str
    event_type: str
    user_id: str | None
    session_id: str
    timestamp: int
    event_data: str
    received_at: int
    visitor_id: str | None
    country: str | None
    region: str | None
    device: str | None
    is_bot: int


@dataclass(frozen=True, slots=True)
class LandingBatch:
    """Rows as plain tuples with the members of `LandingRow`, in no order, and the position to read on from."""

    rows: Sequence[tuple[Any, ...]]
    position: int

    def columns(self) -> dict[str, Sequence[Any]]:
        """The rows turned into columns, by name."""
        columns = zip(*self.rows, strict=True) if self.rows else ((),) * len(LandingRow._fields)
        return dict(zip(LandingRow._fields, columns, strict=True))


class LandingWentBack(RuntimeError):
    """The landing table ends before a reader's position: it was restored from an older state, or moved."""


class LandingReader:
    """Reads in the session's transaction; `connection(execution_options={"reads_only": True})` keeps writers free."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def end(self) -> int:
        """The position behind all that may be read now."""
        return self._number(UNSAFE if self._is_postgresql() else GREATEST_ID)

    def batch(self, after: int, limit: int) -> LandingBatch:
        """About `limit` rows from a position on: fewer at the end, more if one transaction wrote more."""
        position = self.bound(after, limit)
        return LandingBatch(self.between(after, position), position)

    def bound(self, after: int, limit: int) -> int:
        """The position behind such a batch. Raises LandingWentBack."""
        end = self.end()
        if after > end:
            raise LandingWentBack(f"the landing table ends at {end}, before position {after}: was it restored?")
        return self._behind_transactions(after, end, limit) if self._is_postgresql() else self._behind_id(after, limit)

    def between(self, after: int, position: int) -> Sequence[tuple[Any, ...]]:
        """The remaining rows of a batch."""
        if self._is_postgresql():
            return self._rows("transaction_id >= %s AND transaction_id < %s", (after, position))
        return self._rows("id > ? AND id <= ?", (after, position))

    def rows(self, ids: Sequence[int]) -> Sequence[tuple[Any, ...]]:
        """The remaining ones of these rows."""
        if self._is_postgresql():
            return self._rows("id = ANY(%s)", (list(ids),))
        return self._rows("id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))

    def _behind_id(self, after: int, limit: int) -> int:
        return self._number(
            "SELECT coalesce(max(id), ?) FROM (SELECT id FROM analytics_events WHERE id > ? ORDER BY id LIMIT ?)",
            (after, after, limit),
        )

    def _behind_transactions(self, after: int, end: int, limit: int) -> int:
        """Before the transaction of the first row beyond the limit, behind it if it is the only one; or behind all."""
        unread = "(SELECT transaction_id FROM analytics_events WHERE transaction_id >= %s AND transaction_id < %s"
        first = f"{unread} ORDER BY transaction_id LIMIT 1)"
        beyond = f"{unread} ORDER BY transaction_id OFFSET %s LIMIT 1)"
        last = f"{unread} ORDER BY transaction_id DESC LIMIT 1)"
        return self._number(
            f"SELECT coalesce(beyond + (beyond = first)::int, {last} + 1, %s)"  # noqa: S608  (our own words)
            f" FROM (SELECT {first} AS first, {beyond} AS beyond) AS bounds",
            (after, end, after, after, end, after, end, limit),
        )

    def _rows(self, condition: str, values: tuple[object, ...]) -> Sequence[tuple[Any, ...]]:
        """Past the rows of SQLAlchemy: the lake reads hundreds of thousands a second."""
        columns = POSTGRESQL_COLUMNS if self._is_postgresql() else SQLITE_COLUMNS
        statement = f"SELECT {columns} FROM analytics_events WHERE {condition}"  # noqa: S608  (our own words)
        with self._session.connection().exec_driver_sql(statement, values) as result:
            return cast("Sequence[tuple[Any, ...]]", result.cursor.fetchall())

    def _number(self, statement: str, values: tuple[int, ...] = ()) -> int:
        return cast("int", self._session.connection().exec_driver_sql(statement, values).scalar_one())

    def _is_postgresql(self) -> bool:
        return self._session.connection().dialect.name == "postgresql"
