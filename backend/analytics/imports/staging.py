"""Blocks of a file become rows of the lake in a DuckDB of our own, whose memory is bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from backend.analytics.events.event import Event
from backend.analytics.imports.blocks import Block, FileSource, Rejected, UnusableFile, first_line
from backend.analytics.imports.reading import DoubtfulRow, ReadEvents, ReadRow, read_rows
from backend.analytics.imports.rules import judged
from backend.analytics.lake.shape import lake_rows, shaping_connection
from backend.analytics.lake.tables import EVENTS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH_SIZE = 10_000
BLANK = " \t\n\x0b\x0c"
PLACE = ("n", "id")  # the line and the event's id as 16 bytes, beside the lake's columns
JUDGED = ("certain", "content")
ROW = ("line", "content", "own_id")
LANDING_COLUMNS = (
    "event_id", "event_type", "session_id", "visitor_id", "user_id", "country", "region", "device", "timestamp",
    "created_at", "is_bot", "event_data",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Staged:
    """The good rows of a block as the lake keeps them, with `PLACE`, and the bad ones."""

    rows: pa.Table
    rejected: list[Rejected]
    last: int
    position: int


class Stage:
    def __init__(self, folder: Path, memory: str, threads: int, read: ReadEvents) -> None:
        self._database = shaping_connection(memory, threads)
        self._database.execute(
            f"SET temp_directory = '{folder}'; SET preserve_insertion_order = false;"
            " SET GLOBAL arrow_lossless_conversion = true"  # ids stay 16 bytes; truth values and JSON get their types
        )
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        self._judging = self.cursor()
        self._read = read
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

    def put(self, source: FileSource, block: Block, received_at: datetime) -> Staged:
        """Judge every row of a block; those in doubt are read by the API's parser."""
        import duckdb
        import pyarrow as pa
        import pyarrow.compute as pc

        self._judging.register("rows", block.rows)
        try:
            rows = self._shaped(f"({judged(source.fields)})", (*PLACE, *JUDGED), {"received_at": received_at})
        except duckdb.OutOfMemoryException:
            raise UnusableFile(f"{source.name}: DuckDB needs more memory than DUCKDB_MEMORY gives it.") from None
        except duckdb.InterruptException:
            raise
        except (duckdb.Error, pa.ArrowException) as error:
            place = f"rows {block.last - block.rows.num_rows + 1} to {block.last}"
            raise UnusableFile(f"{source.name}: {place} cannot be read: {first_line(error)}") from None
        finally:
            self._judging.unregister("rows")
        good, rejected = rows.drop_columns(list(JUDGED)), block.rejected
        if not pc.all(rows["certain"]).as_py():
            doubtful = rows.filter(pc.invert(rows["certain"])).select(["n", "content", "event_id"]).sort_by("n")
            read_again, newly_rejected = self._look_closer(doubtful, block, received_at)
            good = pa.concat_tables([good.filter(rows["certain"]), *read_again])
            rejected = sorted([*rejected, *newly_rejected], key=lambda bad: bad.line)
        return Staged(good, rejected, block.last, block.position)

    def _shaped(self, landing: str, beside: Sequence[str], values: dict[str, object]) -> pa.Table:
        import pyarrow as pa

        rows = cast("pa.Table", self._judging.sql(lake_rows(landing, beside), params=values).to_arrow_table())
        types: dict[str, pa.DataType] = {"n": pa.int64(), "certain": pa.bool_(), "content": pa.string()}
        types |= {field.name: field.type for field in EVENTS.arrow_schema()}
        return rows.cast(pa.schema([(field.name, types.get(field.name, field.type)) for field in rows.schema]))

    def _look_closer(
        self, doubtful: pa.Table, block: Block, received_at: datetime
    ) -> tuple[list[pa.Table], list[Rejected]]:
        good: list[pa.Table] = []
        rejected: list[Rejected] = []
        for start in range(0, doubtful.num_rows, BATCH_SIZE):
            if self._stopped:
                break
            batch = (DoubtfulRow(**row) for row in doubtful.slice(start, BATCH_SIZE).rename_columns([*ROW]).to_pylist())
            reads = read_rows([row for row in batch if row.content.strip(BLANK)], self._read, received_at)
            rejected += [
                Rejected(r.row.line, r.event, block.original(r.row.line)) for r in reads if isinstance(r.event, str)
            ]
            good.append(self._good([r for r in reads if isinstance(r.event, Event)], received_at))
        return good, rejected

    def _good(self, reads: Sequence[ReadRow], received_at: datetime) -> pa.Table:
        self._judging.register("read", _arrow(reads, received_at))
        try:
            return self._shaped("(SELECT *, event_id::UUID AS id FROM read)", PLACE, {})
        finally:
            self._judging.unregister("read")


def _arrow(reads: Sequence[ReadRow], received_at: datetime) -> pa.Table:
    import pyarrow as pa

    rows = [_row(read, received_at) for read in reads]
    instant = pa.timestamp("us", tz="UTC")
    types: dict[str, pa.DataType] = dict.fromkeys(LANDING_COLUMNS, pa.string()) | {
        "timestamp": instant,
        "created_at": instant,
    }
    types |= {"is_bot": pa.bool_(), "n": pa.int64()}
    return pa.Table.from_pylist(rows, pa.schema(types))


def _row(read: ReadRow, received_at: datetime) -> dict[str, object]:
    event, sender = read.event, read.sender
    assert isinstance(event, Event)
    return {
        "n": read.row.line,
        "event_id": str(event.event_id),
        "event_type": event.event_type,
        "session_id": event.session_id,
        "user_id": event.user_id,
        "timestamp": event.timestamp,
        "event_data": bytes(event.event_data).decode(),
        "created_at": received_at,
        "visitor_id": sender.visitor_id,
        "country": sender.country,
        "region": sender.region,
        "device": sender.device,
        "is_bot": sender.is_bot,
    }
