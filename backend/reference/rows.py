"""Rows of a table that know where they came from, so that a bad cell can be named."""

from __future__ import annotations

import csv
import gzip
import math
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from backend.reference.errors import ReferenceImportError

SUPPRESSED = frozenset({"*", "**", "#", "~", "—", ""})
OCCUPATION_CODE = re.compile(r"\d\d-\d{4}")
ONET_CODE = re.compile(r"\d\d-\d{4}\.\d\d")

_UNREADABLE_TEXT = (UnicodeDecodeError, csv.Error, gzip.BadGzipFile, EOFError, zlib.error)
_UNREADABLE_WORKBOOK = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, zlib.error)


class _Commas(csv.excel):
    skipinitialspace = True


class _Onet(csv.excel_tab):
    quoting = csv.QUOTE_NONE


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source file; every reading of a cell either succeeds or names file, row and column."""

    file: str
    number: int
    cells: Mapping[str, object]

    def text(self, column: str) -> str:
        """The cell without surrounding blanks; an empty one is an error."""
        found = self.text_or_none(column)
        if found is None:
            raise self.wrong(f"column {column!r} is empty")
        return found

    def text_or_none(self, column: str) -> str | None:
        cell = self.cells[column]
        return None if cell is None else str(cell).strip() or None

    def number_at(self, column: str) -> float:
        found = self.number_or_none(column)
        if found is None:
            raise self.wrong(f"column {column!r} holds no number")
        return found

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
        found = self.text(column)
        if shape.fullmatch(found) is None:
            raise self.wrong(f"column {column!r} holds {found[:40]!r}, not an occupation code")
        return found

    def one_of(self, column: str, known: Mapping[str, float]) -> float:
        found = self.text(column)
        if found not in known:
            raise self.wrong(f"column {column!r} holds {found[:40]!r}, expected one of {', '.join(known)}")
        return known[found]

    def wrong(self, problem: str) -> ReferenceImportError:
        return ReferenceImportError(self.file, problem, self.number)


@dataclass(frozen=True, slots=True)
class SourceFolder:
    """The folder of public files; opens them by their name relative to it, which is how errors name them."""

    root: Path

    def read_csv(self, name: str, columns: Sequence[str]) -> list[Row]:
        return self._read_text(name, columns, _Commas)

    def read_tsv(self, name: str, columns: Sequence[str], *, quoted: bool = False) -> list[Row]:
        """Tab-separated; O*NET's own files quote nothing, so a quotation mark is just a character there."""
        return self._read_text(name, columns, csv.excel_tab if quoted else _Onet)

    def read_sheet(self, name: str, sheet: str, columns: Sequence[str], *, header: int = 1) -> list[Row]:
        """A worksheet whose column names stand in row `header`."""
        path = self._existing(name)
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            cells = [tuple(line) for line in book[sheet].iter_rows(values_only=True)]
            book.close()
        except _UNREADABLE_WORKBOOK as error:
            raise ReferenceImportError(name, f"sheet {sheet!r} cannot be read ({error})") from error
        if len(cells) < header:
            raise ReferenceImportError(name, f"sheet {sheet!r} ends before its column names", header)
        width = len(cells[header - 1])
        padded = ([*line, *[None] * (width - len(line))] for line in cells[header:])
        return list(_rows(name, cells[header - 1], padded, columns, header))

    def _read_text(self, name: str, columns: Sequence[str], dialect: type[csv.Dialect]) -> list[Row]:
        path = self._existing(name)
        try:
            with _opened(path) as stream:
                lines = list(csv.reader(stream, dialect))
        except _UNREADABLE_TEXT as error:
            raise ReferenceImportError(name, f"cannot be read ({error})") from error
        if not lines:
            raise ReferenceImportError(name, "is empty", 1)
        return list(_rows(name, lines[0], lines[1:], columns, 1))

    def _existing(self, name: str) -> Path:
        path = self.root / name
        if not path.is_file():
            raise ReferenceImportError(name, "is missing")
        return path


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _rows(
    name: str,
    header: Sequence[object],
    lines: Iterable[Sequence[object]],
    columns: Sequence[str],
    above: int,
) -> Iterator[Row]:
    places = _places(name, header, columns, above)
    widest = max(places.values())
    for number, line in enumerate(lines, start=above + 1):
        if sum(cell not in (None, "") for cell in line) <= 1:  # blank, or a note under the table
            continue
        if len(line) <= widest:
            raise ReferenceImportError(name, f"has {len(line)} cells where {widest + 1} are needed", number)
        yield Row(name, number, {column: line[place] for column, place in places.items()})


def _places(name: str, header: Sequence[object], columns: Sequence[str], row: int) -> dict[str, int]:
    found = {str(cell).strip(): place for place, cell in enumerate(header) if cell is not None}
    missing = [column for column in columns if column not in found]
    if missing:
        raise ReferenceImportError(name, f"has no column {', '.join(map(repr, missing))}", row)
    return {column: found[column] for column in columns}
