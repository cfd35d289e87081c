"""Check 32: a text that a spreadsheet would take for a formula opens as text; a number stays one."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.csv_table import cell, csv_lines, csv_of
from tests.reading_csv import rows_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠A1",
        "\ufeff=1",
        "\u200b=1",
        " =1",
        "\u00a0\u2060 +1",
        " \t=1",
    ],
)
def test_no_text_becomes_a_formula(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", " ", "\u200b", " a=1", "a-b"])
def test_other_texts_stay_as_they_are(text):
    assert cell(text) == text


@pytest.mark.parametrize("number", [-5, 0, 2.5, -0.1, True])
def test_a_number_stays_a_number(number):
    assert cell(number) is number


def test_what_is_no_text_is_written_as_json():
    assert cell({"a": [1, "é"]}) == '{"a": [1, "é"]}'
    assert cell(None) is None


def test_columns_are_those_of_all_rows():
    assert csv_of([{"a": 1}, {"b": "x"}]) == "\ufeffa,b\r\n1,\r\n,x\r\n"


@given(st.lists(st.fixed_dictionaries({"a": TEXTS, "=b": TEXTS}), min_size=1))
def test_what_is_read_is_what_was_written(rows):
    assert list(rows_of(csv_of(rows))) == rows


def test_numbers_stay_numbers_and_nothing_stays_nothing():
    assert list(csv_lines(["a", "b", "c"], [[-5, 0.25, None]])) == ["a,b,c\r\n", "-5,0.25,\r\n"]


def test_what_is_no_formula_is_read_as_it_was_written():
    cells = ["plain", 'says "no"', "two\nlines", "a,b", "a\ttab", "ünï", ""]

    [_, read] = csv.reader(StringIO("".join(csv_lines(["x"], [cells])), newline=""))

    assert read == cells
