"""Rows of a table that know where they came from, so that a bad cell can be named."""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from backend.reference.errors import ReferenceImportError

SUPPRESSED = frozenset({"*", "**", "#", "~", "—", ""})
OCCUPATION_CODE = re.compile(r"\d\d-\d{4}")
ONET_CODE = re.compile(r"\d\d-\d{4}\.\d\d")

_UNREADABLE_GZIP = (gzip.BadGzipFile, EOFError, zlib.error)
_UNREADABLE_WORKBOOK = (
    zipfile.BadZipFile,
    InvalidFileException,
    KeyError,
    ValueError,
    EOFError,
    zlib.error,
    ParseError,
)


class _Commas(csv.excel):
    skipinitialspace = True


class _Onet(csv.excel_tab):
    quoting = csv.QUOTE_NONE


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a source file; every reading of a cell either succeeds or names file, row and column."""

    file: str
    number: int
    cells: Mapping[str, object]

    def text(self, column: str) -> str:
        """The cell without surrounding blanks; an empty one is an error."""
        text = self.text_or_none(column)
        if text is None:
            raise self.wrong(f"column {column!r} is empty")
        return text

    def text_or_none(self, column: str) -> str | None:
        cell = self.cells[column]
        return None if cell is None else str(cell).strip() or None

    def number_at(self, column: str) -> float:
        figure = self.number_or_none(column)
        if figure is None:
            raise self.wrong(f"column {column!r} holds no number")
        return figure

    def number_or_none(self, column: str) -> float | None:
        """The figure, or None where the source prints one of its signs for "not published"."""
        cell = self.text_or_none(column)
        if cell is None or cell in SUPPRESSED:
            return None
        try:
            figure = float(cell)
        except ValueError:
            raise self.wrong(f"column {column!r} holds {cell[:40]!r}, not a number") from None
        if not math.isfinite(figure):
            raise self.wrong(f"column {column!r} holds {cell[:40]!r}, not a finite number")
        return figure

    def within(self, column: str, low: float, high: float) -> float:
        figure = self.number_at(column)
        if not low <= figure <= high:
            raise self.wrong(f"column {column!r} holds {figure:g}, outside {low:g} to {high:g}")
        return figure

    def code(self, column: str, shape: re.Pattern[str] = OCCUPATION_CODE) -> str:
        code = self.text(column)
        if shape.fullmatch(code) is None:
            raise self.wrong(f"column {column!r} holds {code[:40]!r}, not an occupation code")
        return code

    def one_of(self, column: str, values: Mapping[str, float]) -> float:
        label = self.text(column)
        if label not in values:
            raise self.wrong(f"column {column!r} holds {label[:40]!r}, expected one of {', '.join(values)}")
        return values[label]

    def wrong(self, problem: str) -> ReferenceImportError:
        return ReferenceImportError(self.file, problem, self.number)


@dataclass(frozen=True, slots=True)
class SourceFolder:
    """The folder of public files; opens them by their name relative to it, which is how errors name them."""

    root: Path

    def require(self, names: Iterable[str]) -> None:
        for name in names:
            self._existing(name)

    def read_csv(self, name: str, columns: Sequence[str], *, notes: bool = False) -> list[SourceRow]:
        """`notes`: lines of one cell below the table are remarks, not damage."""
        lines = self._text_lines(name, _Commas)
        return _rows(name, lines[0], _without_notes(lines) if notes else lines, columns, 1)

    def read_tsv(self, name: str, columns: Sequence[str], *, quoted: bool = False) -> list[SourceRow]:
        """Tab-separated; O*NET's own files quote nothing, so a quotation mark is just a character there."""
        lines = self._text_lines(name, csv.excel_tab if quoted else _Onet)
        return _rows(name, lines[0], lines, columns, 1)

    def read_sheet(self, name: str, sheet: str, columns: Sequence[str], *, header: int = 1) -> list[SourceRow]:
        """A worksheet whose column names stand in row `header`."""
        path = self._existing(name)
        try:
            with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
                cells = [tuple(line) for line in book[sheet].iter_rows(values_only=True)]
        except _UNREADABLE_WORKBOOK as error:
            raise ReferenceImportError(name, f"sheet {sheet!r} cannot be read ({error})") from error
        if len(cells) < header:
            raise ReferenceImportError(name, f"sheet {sheet!r} ends before its column names", header)
        width = len(cells[header - 1])
        padded = [[*line[:width], *[None] * (width - len(line))] for line in cells]
        return _rows(name, padded[header - 1], _without_notes(padded), columns, header)

    def _text_lines(self, name: str, dialect: type[csv.Dialect]) -> list[list[str]]:
        reader = csv.reader(io.StringIO(self._text(name), newline=""), dialect)
        try:
            lines = list(reader)
        except csv.Error as error:
            raise ReferenceImportError(name, f"cannot be read ({error})", reader.line_num) from error
        if not lines:
            raise ReferenceImportError(name, "is empty", 1)
        return lines

    def _text(self, name: str) -> str:
        path = self._existing(name)
        try:
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            row = error.object[: error.start].count(b"\n") + 1
            raise ReferenceImportError(name, "is not UTF-8 text", row) from error
        except _UNREADABLE_GZIP as error:
            raise ReferenceImportError(name, f"cannot be unpacked ({error})") from error

    def _existing(self, name: str) -> Path:
        path = self.root / name
        if not path.is_file():
            raise ReferenceImportError(name, "is missing")
        return path


def _without_notes(lines: Sequence[Sequence[object]]) -> Sequence[Sequence[object]]:
    """The lines up to the last that has more than one filled cell."""
    filled = (sum(cell not in (None, "") for cell in line) for line in reversed(lines))
    below = next((place for place, count in enumerate(filled) if count > 1), len(lines))
    return lines[: len(lines) - below]


def _rows(
    name: str,
    header: Sequence[object],
    lines: Sequence[Sequence[object]],
    columns: Sequence[str],
    above: int,
) -> list[SourceRow]:
    """The rows below the first `above` lines; a line of another width than the header is damaged."""
    places = _places(name, header, columns, above)
    rows = []
    for number, line in enumerate(lines[above:], start=above + 1):
        if not any(cell not in (None, "") for cell in line):
            continue
        if len(line) != len(header):
            raise ReferenceImportError(name, f"has {len(line)} cells instead of {len(header)}", number)
        rows.append(SourceRow(name, number, {column: line[place] for column, place in places.items()}))
    return rows


def _places(name: str, header: Sequence[object], columns: Sequence[str], row: int) -> dict[str, int]:
    place_of = {str(cell).strip(): place for place, cell in enumerate(header) if cell is not None}
    missing = [column for column in columns if column not in place_of]
    if missing:
        raise ReferenceImportError(name, f"has no column {', '.join(map(repr, missing))}", row)
    return {column: place_of[column] for column in columns}
