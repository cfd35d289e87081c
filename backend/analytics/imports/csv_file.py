"""CSV files as RFC 4180 has them, with a header; lines that fit no record cost nothing but themselves.

DuckDB's reject store loses that: docs/adr/0016-csv-is-read-by-our-own-lines.md has the files it was tried on.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from backend.analytics.imports.blocks import Block, Rejected, UnusableFile
from backend.analytics.imports.columns import WRITTEN_TEXT, fields_of_columns, relation_name
from backend.analytics.imports.mapping import ColumnMapping
from backend.analytics.imports.text import Reader, Text, ends_of_lines, shown

if TYPE_CHECKING:
    import numpy as np

DELIMITERS = ",;\t|"
SEPARATOR = re.compile(rf'"?sep=([{re.escape(DELIMITERS)}])"?\s*$')  # Excel's first line, which is no header
MOST_LINES = 1_000
HEADER_BYTES = 2**20
UNCLOSED = "A quote is opened and not closed"


@dataclass(frozen=True, slots=True)
class Records:
    """A text, cut: the columns of its good records, the line of each, and the lines that are none."""

    columns: Sequence[Any]
    lines: Sequence[int] | np.ndarray
    rejected: list[Rejected]


class CsvFile:
    def __init__(self, path: Path, mapping: ColumnMapping, block: int) -> None:
        self.name = str(path)
        self._reader, self._block_bytes = Reader(path), block
        self.size = self._reader.size
        self._header, self._delimiter, self._header_lines = read_header(path)
        targets = mapping.over(self._header)
        left_out = [name for name in self._header if name not in targets]
        self.notes = [f"Left out: {', '.join(left_out)}."] if left_out else []
        fields = {relation_name(at): targets[name] for at, name in enumerate(self._header) if name in targets}
        self.fields = fields_of_columns(fields, mapping, dict.fromkeys(fields, WRITTEN_TEXT))

    def blocks(self) -> Iterator[Block]:
        """A record may go on in the next piece: what is left of one piece comes before the next."""
        rest = b""
        pieces = iter(self._reader.pieces(self._block_bytes))
        text = next(pieces, None)
        while text is not None:
            following = next(pieces, None)
            whole = self._without_header(Text(rest + text.data, text.first - rest.count(b"\n"), text.position))
            block, rest = self._block(whole, final=following is None)
            yield block
            text = following

    def _without_header(self, text: Text) -> Text:
        skipped = max(0, self._header_lines + 1 - text.first)
        if not skipped:
            return text
        return Text(text.data.split(b"\n", skipped)[-1], text.first + skipped, text.position)

    def _block(self, text: Text, *, final: bool) -> tuple[Block, bytes]:
        import numpy as np
        import pyarrow as pa

        ends = ends_of_lines(text.data)
        whole = record_ends(text.data, ends)
        records = self._at_once(text.data[: ends[whole[-1]]] if len(whole) else b"", text.first, ends, whole)
        rest = text.data[ends[whole[-1]] :] if len(whole) else text.data
        if records is None or (rest and (final or rest.count(b"\n") > MOST_LINES)):
            records, rest = self._line_by_line(text, final=final)
        names = [*map(relation_name, range(len(self._header))), "n"]
        table = pa.table([*records.columns, pa.array(np.asarray(records.lines, np.int64))], names=names)
        lines = text.data.count(b"\n") - rest.count(b"\n")

        def original(line: int) -> str:
            at = line - text.first
            after = int(np.searchsorted(whole, at))
            end = ends[whole[after]] if after < len(whole) else ends[at]
            return shown(text.data[ends[at - 1] if at else 0 : end])

        small = pa.Table.from_batches(table.to_batches(max_chunksize=2**15), table.schema)
        return Block(small, records.rejected, text.first + lines - 1, text.position, original), rest

    def _at_once(self, data: bytes, first: int, ends: np.ndarray, whole: np.ndarray) -> Records | None:
        """Every record, if each is well formed; None if one is not."""
        import numpy as np
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        starts = np.concatenate(([0], ends[whole]))[:-1] if len(whole) else ends[:0]
        lines = first + np.concatenate(([0], whole + 1))[:-1] if len(whole) else ends[:0]
        filled = ends[whole] - starts > 1
        names = [str(at) for at in range(len(self._header))]
        if not filled.any():
            return Records([pa.array([], pa.string()) for _ in names], lines[:0], [])
        try:
            table = arrow_csv.read_csv(
                cast("IO[bytes]", pa.BufferReader(data)),
                arrow_csv.ReadOptions(column_names=names, block_size=len(data) + 1),
                arrow_csv.ParseOptions(delimiter=self._delimiter, newlines_in_values=True),
                arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
            )
        except pa.ArrowInvalid:
            return None
        good = table.num_rows == int(filled.sum())
        return Records([column.combine_chunks() for column in table.columns], lines[filled], []) if good else None

    def _line_by_line(self, text: Text, *, final: bool) -> tuple[Records, bytes]:
        """Slower: each line is a record, or goes on while a quote is open, or is rejected."""
        import pyarrow as pa

        lines = text.data.splitlines(keepends=True)
        rows: list[list[str]] = []
        numbers, rejected, at = [], [], 0
        while at < len(lines):
            if not lines[at].strip():
                at += 1
                continue
            fields, used = self._record(lines, at)
            if fields is None and used and not final and at + used >= len(lines):
                break  # it may go on in the next piece
            if isinstance(fields, list):
                rows.append(fields)
                numbers.append(text.first + at)
                at += used
            else:
                rejected.append(Rejected(text.first + at, fields or UNCLOSED, shown(lines[at])))
                at += 1
        columns = [pa.array([row[column] for row in rows], pa.string()) for column in range(len(self._header))]
        return Records(columns, numbers, rejected), b"".join(lines[at:])

    def _record(self, lines: list[bytes], at: int) -> tuple[list[str] | str | None, int]:
        """The fields of the record that begins here and its number of lines; a reason; or None, still open."""
        for used in range(1, min(MOST_LINES, len(lines) - at) + 1):
            if used > 1 and b'"' not in lines[at + used - 1]:
                continue
            try:
                fields = split(b"".join(lines[at : at + used]).decode(), self._delimiter)
            except UnicodeDecodeError:
                return "The line is not UTF-8", 1
            if fields is not None:
                expected, number = len(self._header), len(fields)
                return (fields, used) if number == expected else (f"Expected {expected} columns, got {number}", 1)
        return None, min(MOST_LINES, len(lines) - at) if len(lines) - at < MOST_LINES else 0


def record_ends(data: bytes, ends: np.ndarray) -> np.ndarray:
    """The lines that end a record: every quote is closed before their end."""
    import numpy as np

    quotes = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord('"'))
    return np.flatnonzero(np.searchsorted(quotes, ends) % 2 == 0) if len(quotes) else np.arange(len(ends))


def split(record: str, delimiter: str) -> list[str] | None:
    """The fields of a record; None if a quote is left open."""
    text = record.removesuffix("\n")
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
    try:
        return next(csv.reader([text], delimiter=delimiter))
    except csv.Error:
        return []


def read_header(path: Path) -> tuple[list[str], str, int]:
    """Names of the columns, the delimiter, and the number of lines of the header."""
    head = next(Reader(path).pieces(HEADER_BYTES), None)
    if head is None:
        raise UnusableFile(f"{path} is empty.")
    try:
        lines = head.data.decode(errors="surrogateescape").splitlines(keepends=True)
        said = SEPARATOR.match(lines[0])
        before = 1 if said and len(lines) > 1 else 0
        delimiter = said[1] if said else max(DELIMITERS, key=lines[0].count)
        reader = csv.reader(lines[before:], delimiter=delimiter)
        header = [name.strip() for name in next(reader)]
    except csv.Error as error:
        raise UnusableFile(f"{path} does not begin with a header: {error}.") from None
    if len(set(header)) < len(header) or not all(name and name.isprintable() for name in header):
        raise UnusableFile(f"{path} does not begin with a header that gives each column its own name.")
    return header, delimiter, reader.line_num + before
