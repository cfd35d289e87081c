"""Parquet files, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.analytics.imports.blocks import Block, Losses, UnusableFile, first_line
from backend.analytics.imports.columns import fields_of_columns, relation_name
from backend.analytics.imports.mapping import ColumnMapping, EventField, Kind
from backend.analytics.imports.parquet_values import readable
from backend.analytics.lake.shape import shaping_connection

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

ROW_BYTES = 256
BATCHES = 2


class ParquetFile:
    def __init__(self, path: Path, mapping: ColumnMapping, block: int) -> None:
        self.name = str(path)
        self._path = path
        self._batch_rows = max(1, block // (BATCHES * ROW_BYTES))
        file = self._open()
        self.size = file.metadata.num_rows
        header = file.schema_arrow.names
        targets = mapping.over(header)
        left_out = [name for name in header if name not in targets]
        self.notes = [f"Left out: {', '.join(left_out)}."] if left_out else []
        self._columns = list(targets)
        self._targets = [_of_type(targets[name], file.schema_arrow.field(name).type) for name in self._columns]
        types = self._types(file.schema_arrow)
        fields = {relation_name(at): target for at, target in enumerate(self._targets)}
        self.fields = fields_of_columns(fields, mapping, types)

    def _open(self) -> parquet.ParquetFile:
        import pyarrow as pa
        from pyarrow import parquet

        try:
            return parquet.ParquetFile(self._path, memory_map=False)
        except (pa.ArrowException, OSError) as error:
            raise UnusableFile(f"{self._path} is not a readable Parquet file: {first_line(error)}") from None

    def _types(self, schema: pa.Schema) -> dict[str, str]:
        """DuckDB's type of each column, or UnusableFile with the name of the one that it cannot read."""
        import duckdb
        import pyarrow as pa

        types, empty = {}, schema.empty_table()
        with shaping_connection() as connection:
            for at, (name, target) in enumerate(zip(self._columns, self._targets, strict=True)):
                try:
                    connection.register("rows", self._readable(empty.select([name]), [target])[0])
                    [[_, types[relation_name(at)], *_]] = connection.execute("DESCRIBE rows").fetchall()
                except (pa.ArrowException, duckdb.Error):
                    raise UnusableFile(
                        f"{self._path}: column {name!r} holds {schema.field(name).type}, which cannot be read."
                        " Write it as text or numbers, or leave it out."
                    ) from None
        return types

    def blocks(self) -> Iterator[Block]:
        import pyarrow as pa

        done = 0
        batches: list[Any] = []
        try:
            for batch in self._open().iter_batches(self._batch_rows, columns=self._columns, use_threads=True):
                batches.append(batch)
                if len(batches) == BATCHES:
                    yield self._block(batches, done)
                    done += sum(b.num_rows for b in batches)
                    batches = []
            if batches:
                yield self._block(batches, done)
        except (pa.ArrowException, OSError) as error:
            raise UnusableFile(f"{self._path} cannot be read beyond row {done}: {first_line(error)}") from None

    def _block(self, batches: list[Any], done: int) -> Block:
        import pyarrow as pa

        written = pa.Table.from_batches(batches).select(self._columns)
        table, lost = self._readable(written, self._targets)
        last = done + table.num_rows

        def original(row: int) -> str:
            cells = written.slice(row - done - 1, 1)
            return str({name: _shown(column[0]) for name, column in zip(self._columns, cells.columns, strict=True)})

        numbered = table.append_column("n", pa.array(range(done + 1, last + 1), pa.int64()))
        return Block(numbered, [], last, last, original, lost)

    def _readable(self, table: pa.Table, targets: Sequence[EventField]) -> tuple[pa.Table, Losses]:
        import pyarrow as pa

        columns, lost = [], Losses()
        for name, column, target in zip(table.column_names, table.columns, targets, strict=True):
            values, count = readable(column, is_timestamp=target.name == "timestamp")
            columns.append(values)
            lost += Losses({name: count})
        return pa.table(columns, names=[relation_name(at) for at in range(len(columns))]), lost


def _of_type(target: EventField, kind: pa.DataType) -> EventField:
    import pyarrow as pa

    return replace(target, kind=Kind.JSON) if target.property and isinstance(kind, pa.JsonType) else target


def _shown(cell: Any) -> object:
    """A value for a person; some that Parquet can hold are none in Python, such as the year 148108."""
    import pyarrow as pa

    try:
        return cell.as_py()
    except (pa.ArrowException, ValueError, OverflowError, KeyError):
        try:
            return cell.cast(pa.string()).as_py()
        except (pa.ArrowException, ValueError):
            return "(unreadable)"
