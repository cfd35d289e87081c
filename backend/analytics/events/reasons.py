"""Why an event is refused, in words: the parser would show the pattern that a text does not match."""

from __future__ import annotations

import re

MISMATCH = re.compile(r"Expected `str` matching regex (?P<pattern>'.*')(?P<where> - at `[^`]*`)?", re.DOTALL)
WORDS = {
    r"^[a-z][a-z0-9_]{0,99}(?!\n)$": "at most 100 lowercase letters, digits, and underscores, beginning with a letter",
    r"^(?!mingus-server-)[A-Za-z0-9._:-]{1,100}(?!\n)$": (
        "1 to 100 ASCII letters, digits, hyphens, dots, colons and underscores; "
        "names that begin with mingus-server- are reserved"
    ),
    r"^[A-Za-z0-9._:-]{1,64}(?!\n)$": "1 to 64 ASCII letters, digits, hyphens, dots, colons and underscores",
    r"^[A-Za-z0-9_-]{16,64}(?!\n)$": "16 to 64 ASCII letters, digits, hyphens and underscores",
    r"^[^\x00]{1,100}(?!\n)$": "1 to 100 characters, none of them NUL",
    r"^[0-9]{2}-[0-9]{4}(?!\n)$": "an occupation's code, such as 29-1141",
    r"^[A-Z]{3}(?!\n)$": "three capital letters, such as USD",
}
SHOWN = {repr(pattern): words for pattern, words in WORDS.items()}


def in_words(error: Exception) -> str:
    """The parser's message, with a description of the text in the place of a pattern."""
    message = str(error)
    mismatch = MISMATCH.fullmatch(message)
    return f"Expected {SHOWN[mismatch['pattern']]}{mismatch['where'] or ''}" if mismatch else message
