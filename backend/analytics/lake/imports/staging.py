"""Blocks of a file become landing rows in a DuckDB of our own, whose memory is bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from backend.analytics.events.event import Event
from backend.analytics.lake.imports.blocks import Block, Rejected, Source, UnusableFile
from backend.analytics.lake.imports.reading import Read, ReadEvents, Row, read_rows
from backend.analytics.lake.imports.rules import judged
from backend.analytics.lake.shape import shaping_connection

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

AT_ONCE = 10_000
LANDING_COLUMNS = (
    "event_id", "event_type", "session_id", "visitor_id", "user_id", "country", "region", "device", "timestamp",
    "created_at", "is_bot", "event_data",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Staged:
    """The good rows of a block in the table `table`, and the bad ones."""

    table: str
    good: int
    rejected: list[Rejected]
    last: int
    position: int


class Stage:
    def __init__(self, folder: Path, memory: str, threads: int, read: ReadEvents) -> None:
        self._database = shaping_connection(memory, threads)
        self._database.execute(f"SET temp_directory = '{folder}'; SET preserve_insertion_order = false")
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        self._judging, self._looking = self.cursor(), self.cursor()
        self._read = read
        self._numbers = count()
        self._stopped = False

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """For one thread at a time."""
        cursor = self._database.cursor()
        cursor.execute("SET TimeZone = 'UTC'")
        self._cursors.append(cursor)
        return cursor

    def interrupt(self) -> None:
        """Let queries under way fail; a thread may begin another one, so ask again until it has ended."""
        self._stopped = True
        for cursor in self._cursors:
            cursor.interrupt()

    def close(self) -> None:
        self._database.close()

    def put(self, source: Source, block: Block, now: datetime) -> Staged:
        """Judge every row of a block; those in doubt are read by the API's parser."""
        import duckdb

        connection, table = self._judging, f"staged_{next(self._numbers)}"
        connection.register("rows", block.rows)
        try:
            connection.execute(f"CREATE TABLE {table} AS {judged(source.fields)}", {"now": now})
        except duckdb.OutOfMemoryException:
            raise UnusableFile(f"{source.name}: DuckDB needs more memory than DUCKDB_MEMORY gives it.") from None
        connection.unregister("rows")
        rejected = [*block.rejected, *self._look_closer(table, block, now)]
        [(good,)] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608
        return Staged(table, good, sorted(rejected, key=lambda bad: bad.line), block.last, block.position)

    def _look_closer(self, table: str, block: Block, now: datetime) -> list[Rejected]:
        doubtful = self._looking.execute(
            f"SELECT n, content, event_id FROM {table} WHERE NOT certain AND trim(content, e' \\t\\n\\x0b\\x0c') <> ''"  # noqa: S608
            " ORDER BY n"
        )
        rejected: list[Rejected] = []
        while not self._stopped and (some := doubtful.fetchmany(AT_ONCE)):
            reads = read_rows([Row(*row) for row in some], self._read, now)
            rejected += [
                Rejected(r.row.line, r.event, block.original(r.row.line)) for r in reads if isinstance(r.event, str)
            ]
            self._add(self._judging, table, [r for r in reads if isinstance(r.event, Event)], now)
        self._judging.execute(f"DELETE FROM {table} WHERE NOT certain")  # noqa: S608
        return rejected

    def _add(self, connection: duckdb.DuckDBPyConnection, table: str, reads: Sequence[Read], now: datetime) -> None:
        if reads:
            connection.register("read", _arrow(reads, now))
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * REPLACE (event_id::UUID AS event_id) FROM read")  # noqa: S608
            connection.unregister("read")


def _arrow(reads: Sequence[Read], now: datetime) -> pa.Table:
    import pyarrow as pa

    rows = [_row(read, now) for read in reads]
    instant = pa.timestamp("us", tz="UTC")
    types: dict[str, pa.DataType] = dict.fromkeys(LANDING_COLUMNS, pa.string()) | {
        "timestamp": instant,
        "created_at": instant,
    }
    types |= {"is_bot": pa.bool_(), "n": pa.int64(), "certain": pa.bool_()}
    return pa.Table.from_pylist(rows, pa.schema(types))


def _row(read: Read, now: datetime) -> dict[str, object]:
    event, sender = read.event, read.sender
    assert isinstance(event, Event)
    return {
        "n": read.row.line,
        "certain": True,
        "event_id": str(event.event_id),
        "event_type": event.event_type,
        "session_id": event.session_id,
        "user_id": event.user_id,
        "timestamp": event.timestamp,
        "event_data": bytes(event.event_data).decode(),
        "created_at": now,
        "visitor_id": sender.visitor_id,
        "country": sender.country,
        "region": sender.region,
        "device": sender.device,
        "is_bot": sender.is_bot,
    }
