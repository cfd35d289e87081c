"""Tables as CSV (RFC 4180) that no spreadsheet takes for a program."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import chain

FORMULA = tuple("=+-@\t\r\0＝＋－＠")


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterable[str]:
    """One piece of text a row; numbers stay numbers, None is empty."""
    for row in chain([header], rows):
        line = StringIO()
        csv.writer(line).writerow([text_cell(cell) if isinstance(cell, str) else cell for cell in row])
        yield line.getvalue()


def text_cell(text: str) -> str:
    """A cell that begins like a formula is shown with an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA) else text
