"""Tables as CSV (RFC 4180), in which no text becomes a formula of a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from itertools import chain
from typing import Any
from unicodedata import category

# Excel, LibreOffice and Google Sheets read these as the beginning of a formula, also in full width.
FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
UNSEEN = frozenset({"Cf", "Zs", "Zl", "Zp"})  # spaces, U+200B, U+FEFF: spreadsheets skip them, or a person deletes them


def csv_lines(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterable[str]:
    """The lines of the table, header first."""
    for row in chain([header], rows):
        line = StringIO(newline="")
        csv.writer(line).writerow(map(cell, row))
        yield line.getvalue()


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """All columns in the order in which rows first name them, and the rows; begins with the BOM that Excel needs."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return "\ufeff" + "".join(csv_lines(columns, ([row.get(name) for name in columns] for row in rows)))


def cell(value: object) -> object:
    """Numbers stay numbers, None is empty, lists and objects become JSON, and a text that looks like a formula or
    begins with an apostrophe gets an apostrophe before it.
    """
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(("'", *FORMULA)) or _seen(text).startswith(FORMULA) else text


def _seen(text: str) -> str:
    """The text from its first visible letter on."""
    start = next((place for place, letter in enumerate(text) if category(letter) not in UNSEEN), len(text))
    return text[start:]
