"""Parquet files, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.analytics.imports.blocks import Block, UnusableFile, first_line
from backend.analytics.imports.columns import fields_of_columns
from backend.analytics.imports.mapping import ColumnMapping
from backend.analytics.lake.shape import shaping_connection

if TYPE_CHECKING:
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
        targets = mapping.over(file.schema_arrow.names)
        left_out = [name for name in file.schema_arrow.names if name not in targets]
        self.notes = [f"Left out: {', '.join(left_out)}."] if left_out else []
        self._columns = list(targets)
        empty = file.schema_arrow.empty_table().select(self._columns)
        self.fields = fields_of_columns(targets, mapping, _types(empty))

    def _open(self) -> parquet.ParquetFile:
        import pyarrow as pa
        from pyarrow import parquet

        try:
            return parquet.ParquetFile(self._path, memory_map=False)
        except (pa.ArrowException, OSError) as error:
            raise UnusableFile(f"{self._path} is no Parquet file that can be read: {first_line(error)}") from None

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
        except (pa.ArrowException, OSError) as error:
            raise UnusableFile(f"{self._path} cannot be read beyond row {done}: {first_line(error)}") from None
        if batches:
            yield self._block(batches, done)

    def _block(self, batches: list[Any], done: int) -> Block:
        import pyarrow as pa

        table = pa.Table.from_batches(batches)
        last = done + table.num_rows

        def original(row: int) -> str:
            [values] = table.slice(row - done - 1, 1).to_pylist()
            return str(values)

        return Block(
            table.append_column("n", pa.array(range(done + 1, last + 1), pa.int64())), [], last, last, original
        )


def _types(empty: Any) -> dict[str, str]:
    with shaping_connection() as connection:
        connection.register("rows", empty)
        return {row[0]: row[1] for row in connection.execute("DESCRIBE rows").fetchall()}
