"""Letters are words that a person would write, and say all they need to."""

from __future__ import annotations

import pytest

from backend.mail.letter import TEMPLATES, Letter, write
from tests.servers import PROJECT

FACTS = {"path": "/x/TOKEN", "role": "analyst", "device": "Firefox on Linux", "left": "3"}
SITE = "https://mingus.example"


@pytest.mark.parametrize("letter", Letter)
def test_each_letter_is_whole_and_plain(letter):
    words = write(letter, {name: FACTS[name] for name in letter.facts}, SITE)

    assert 10 < len(words.subject) < 70
    assert "$" not in words.subject + words.body
    assert words.body.endswith(f"Mingus\n{SITE}\n")
    assert (words.subject + words.body).isascii()
    assert all(len(line) <= 100 for line in words.body.splitlines())
    assert ("TOKEN" in words.body) == ("path" in letter.facts)


def test_no_template_is_left_over():
    assert {path.stem for path in TEMPLATES.glob("*.txt")} == set(Letter)


@pytest.mark.parametrize("letter", Letter)
def test_each_letter_is_explained(letter):
    assert f"`{letter}`" in (PROJECT / "docs" / "mail.md").read_text()
