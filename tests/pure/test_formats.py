"""Numbers in sentences."""

from __future__ import annotations

import pytest

from backend.formats import counted


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [(0, ("row",), "0 rows"), (1, ("row",), "1 row"), (1200, ("row",), "1,200 rows"), (2, ("try", "tries"), "2 tries")],
)
def test_a_noun_agrees_with_its_number(number, words, said):
    assert counted(number, *words) == said
