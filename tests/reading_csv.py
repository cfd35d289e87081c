"""Reading again what `backend/csv_table.py` wrote."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO


def text_of(written: str) -> str:
    return written.removeprefix("'")


def rows_of(text: str) -> Iterable[dict[str, str]]:
    """The rows, with the apostrophes taken off."""
    for row in csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")):
        yield {text_of(name): text_of(value) for name, value in row.items()}
