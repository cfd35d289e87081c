"""The landing table on PostgreSQL: `event_ids` says which events are new, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from msgspec import Raw
from sqlalchemy import Engine

from backend.analytics.events.landing.connection import WriterConnection
from backend.analytics.events.landing.group import NOT_STORED, RowsRefused
from backend.analytics.events.landing.rows import COLUMNS, EventRow, Rows, Shared
from backend.errors import Unavailable

# Below this many rows one statement that reads them as JSON is faster, above it COPY: 18 and 20 µs an event at fifty
# rows, 13 and 10 at a thousand.
FEW = 100
NAMES = ", ".join(COLUMNS)
INSERT_FEW = f"""
WITH given AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%s::json) AS given(
    event_id uuid, event_type text, user_id text, session_id text, timestamp timestamptz, event_data json,
    created_at timestamptz, visitor_id text, country text, region text, device text, is_bot boolean)
), new AS (
  INSERT INTO event_ids SELECT event_id, created_at FROM given ON CONFLICT DO NOTHING RETURNING event_id
), landed AS (
  INSERT INTO analytics_events ({NAMES}) SELECT {NAMES} FROM given JOIN new USING (event_id)
)
SELECT event_id FROM given WHERE event_id NOT IN (SELECT event_id FROM new)
"""  # noqa: S608  (our own names)
TAKE_IDS = "INSERT INTO event_ids SELECT unnest(%s::uuid[]), %s::timestamptz ON CONFLICT DO NOTHING"
TAKEN_BEFORE = "SELECT event_id FROM event_ids WHERE event_id = ANY(%s::uuid[]) AND xmin <> pg_current_xact_id()::xid"
COPY = f"COPY analytics_events ({NAMES}) FROM STDIN"
Landing = tuple[EventRow, Shared]


class PostgresqlWriter:
    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._connection = WriterConnection(engine)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Processes need not wait for each other: rows sorted by id cannot lock up."""
        yield

    def insert(self, batches: Sequence[Rows]) -> Collection[bytes]:
        """A connection that died while it was idle is replaced once; what that repeats is stored once all the same.

        One to a server that has become a standby is given up, in case another one is the primary now.
        """
        reused = self._connection.is_open
        try:
            return self._insert(batches)
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction) as error:
            lost = self._connection.get().broken
            self._connection.close()
            if reused and lost:
                return self.insert(batches)
            raise Unavailable(NOT_STORED) from error
        except psycopg.Error as error:  # its words repeat the row
            raise RowsRefused(f"{type(error).__name__} {error.diag.constraint_name or error.sqlstate}") from None

    def close(self) -> None:
        self._connection.close()

    def _insert(self, batches: Sequence[Rows]) -> Collection[bytes]:
        connection: psycopg.Connection[Any] = self._connection.get()
        if not connection.autocommit:
            connection.autocommit = True
        ordered = sorted([(row, rows.shared) for rows in batches for row in rows.own.values()], key=_event_id)
        if len(ordered) <= FEW:
            return _bytes(connection.execute(INSERT_FEW, (_as_json(ordered),)))
        with connection.transaction():
            return _insert_many(connection, ordered)


def insert_few(connection: psycopg.Connection[Any], rows: Rows) -> None:
    """Store the few events of one request in the transaction that the connection is in."""
    connection.execute(INSERT_FEW, (_as_json([(row, rows.shared) for row in rows.own.values()]),))


def _insert_many(connection: psycopg.Connection[Any], ordered: list[Landing]) -> Collection[bytes]:
    ids, received_at = "{" + ",".join([row[0].hex() for row, _ in ordered]) + "}", ordered[0][1][0]
    duplicates: Collection[bytes] = ()
    if connection.execute(TAKE_IDS, (ids, received_at)).rowcount < len(ordered):
        duplicates = _bytes(connection.execute(TAKEN_BEFORE, (ids,)))
        ordered = [landing for landing in ordered if _event_id(landing) not in duplicates]
    with connection.cursor().copy(COPY) as copy:
        copy.write("".join(map(_as_line, ordered)))
    return duplicates


def _event_id(landing: Landing) -> bytes:
    return landing[0][0]


def _bytes(ids: psycopg.Cursor[tuple[UUID]]) -> frozenset[bytes]:
    return frozenset(event_id.bytes for [event_id] in ids)


def _as_json(rows: list[Landing]) -> str:
    records = [dict(zip(COLUMNS, (row[0].hex(), *row[1:5], Raw(row[5]), *shared), strict=True)) for row, shared in rows]
    return msgspec.json.encode(records).decode()


def _as_line(landing: Landing) -> str:
    """COPY's text format."""
    (event_id, event_type, user_id, session_id, timestamp, data), shared = landing
    head = f"{event_id.hex()}\t{event_type}\t{_field(user_id)}\t{session_id}\t{timestamp}\t{_field(data)}"
    return f"{head}\t{_tail(shared)}\n"


@lru_cache(maxsize=256)
def _tail(shared: Shared) -> str:
    """The same for all events of a request."""
    return "\t".join([_field(value) for value in shared])


def _field(value: str | bool | None) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
