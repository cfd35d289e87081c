"""Tables as CSV (RFC 4180) that a spreadsheet shows as they are written: no text in one becomes a formula."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from itertools import chain
from typing import Any

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula, also in full width.
FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")


def csv_lines(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterable[str]:
    """One piece of text a row."""
    for row in chain([header], rows):
        line = StringIO(newline="")
        csv.writer(line).writerow(map(cell, row))
        yield line.getvalue()


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """A header of all columns there are, in the order they are met, and the rows; UTF-8 with its mark for Excel."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return "\ufeff" + "".join(csv_lines(columns, ([row.get(name) for name in columns] for row in rows)))


def cell(value: object) -> object:
    """Numbers stay numbers, None is empty, lists and objects become JSON; a text that looks like a formula or begins
    with an apostrophe, gets an apostrophe before it.
    """
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(("'", *FORMULA)) else text
