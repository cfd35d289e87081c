"""Check 32: a table opens as text in any spreadsheet, and reads back as what it was."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from backend.csv_table import csv_lines

EVIL = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠1"]


@pytest.mark.parametrize("text", EVIL)
def test_text_that_looks_like_a_formula_stays_text(text):
    [_, [cell]] = csv.reader(StringIO("".join(csv_lines(["a"], [[text]])), newline=""))

    assert cell == f"'{text}"


def test_numbers_stay_numbers_and_nothing_stays_nothing():
    assert list(csv_lines(["a", "b", "c"], [[-5, 0.25, None]])) == ["a,b,c\r\n", "-5,0.25,\r\n"]


def test_what_is_read_back_is_what_was_written():
    cells = ["plain", 'says "no"', "two\nlines", "a,b", "a\ttab", "ünï", ""]

    [_, read] = csv.reader(StringIO("".join(csv_lines(["x"], [cells])), newline=""))

    assert read == cells
