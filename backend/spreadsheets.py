"""CSV that a spreadsheet shows as it is written: no text in it becomes a formula."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula, also in full width.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """A header of all columns there are, in the order they are met, and the rows; UTF-8 with its mark for Excel."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    written = StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(map(cell, columns))
    writer.writerows([cell(row.get(name)) for name in columns] for row in rows)
    return "\ufeff" + written.getvalue()


def cell(value: object) -> object:
    """Numbers stay numbers; lists and objects become JSON; a text that looks like a formula gets an apostrophe."""
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(("'", *FORMULA)) else text


def text_of(written: str) -> str:
    """What `cell` was given, from what it wrote."""
    return written.removeprefix("'")


def rows_of(text: str) -> Iterable[dict[str, str]]:
    """The rows again, with the apostrophes taken off."""
    for row in csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")):
        yield {text_of(name): text_of(value) for name, value in row.items()}
