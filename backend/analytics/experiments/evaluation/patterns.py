"""Regular expressions that mean the same to RE2, which runs them here in linear time, and to JavaScript."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

LONGEST_PATTERN = 200
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"
COUNT = re.compile(r"\{[0-9]{1,4}(?:,[0-9]{0,4})?\}")
PUNCTUATION = frozenset("^$\\.*+?()[]{}|/")
CONTROLS = frozenset("tnrfv")
SETS = frozenset("dDwW")
LINE_ENDS = r"\n\r\x{2028}\x{2029}"
SPACES = r"\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"


class PatternRefused(ValueError):
    """A pattern that one of the two would not read, or would read otherwise."""


@lru_cache(maxsize=1024)
def compiled(pattern: str, is_insensitive: bool = False) -> Any:
    """The pattern for RE2. Raises `PatternRefused` with the reason."""
    if len(pattern) > LONGEST_PATTERN:
        raise PatternRefused(f"a pattern has at most {LONGEST_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not is_insensitive
    try:
        return re2.compile(_Reader(pattern).translated(), options)
    except (re2.error, UnicodeEncodeError) as error:
        raise PatternRefused("RE2 refuses it") from error


def matches(pattern: Any, text: str, *, is_insensitive: bool = False) -> bool:
    """Whether the pattern is somewhere in the text; one that is refused matches nothing."""
    if not isinstance(pattern, str):
        return False
    try:
        expression = compiled(pattern, is_insensitive)
    except PatternRefused:
        return False
    return expression.search(LONE_SURROGATE.sub(REPLACEMENT, text)) is not None


class _Reader:
    """JavaScript's grammar (with flag `u`) as far as RE2 shares it, rewritten where the two mean different things."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.written: list[str] = []

    def translated(self) -> str:
        is_repeatable = False
        while self.at < len(self.pattern):
            is_repeatable = self._step(self.pattern[self.at], is_repeatable)
        return "".join(self.written)

    def _step(self, character: str, is_repeatable: bool) -> bool:
        """Reads one piece; tells whether a repetition may follow."""
        if character in "*+?{":
            return self._repetition(character, is_repeatable)
        if character == "\\":
            return self._escape()
        if character == "[":
            self._set_of_characters()
        elif character == "(":
            self._group()
            return False
        elif character in "]}":
            raise PatternRefused(f"{character} stands alone; write \\{character}")
        else:
            self._take(1, f"[^{LINE_ENDS}]" if character == "." else character)
        return character not in "^$|"

    def _take(self, length: int, written: str) -> None:
        self.at += length
        self.written.append(written)

    def _repetition(self, character: str, is_repeatable: bool) -> bool:
        if not is_repeatable:
            raise PatternRefused(f"{character} repeats nothing")
        piece = character
        if character == "{":
            count = COUNT.match(self.pattern, self.at)
            if count is None:
                raise PatternRefused("{ stands alone; write \\{")
            piece = count[0]
        self._take(len(piece), piece)
        if self.pattern.startswith("?", self.at):
            self._take(1, "?")
        return False

    def _escape(self) -> bool:
        escaped = self.pattern[self.at + 1 : self.at + 2]
        if escaped in {"s", "S"}:
            self._take(2, f"[{'^' if escaped == 'S' else ''}{SPACES}]")
        elif escaped and escaped in SETS | CONTROLS | PUNCTUATION | {"b", "B"}:
            self._take(2, f"\\{escaped}")
        else:
            raise PatternRefused(f"\\{escaped} is not known")
        return escaped not in {"b", "B"}

    def _group(self) -> None:
        if self.pattern.startswith("(?", self.at) and not self.pattern.startswith("(?:", self.at):
            raise PatternRefused("a group begins with ( or (?: and nothing else: no look-around, no flags, no names")
        self._take(*((3, "(?:") if self.pattern.startswith("(?:", self.at) else (1, "(")))

    def _set_of_characters(self) -> None:
        self._take(1, "[")
        if self.pattern.startswith("^", self.at):
            self._take(1, "^")
        if self.pattern.startswith("]", self.at):
            raise PatternRefused("a set of characters is empty")
        begins = False  # whether a range may begin with what stands before
        while not self.pattern.startswith("]", self.at):
            begins = self._in_set(begins)
        self._take(1, "]")

    def _in_set(self, begins: bool) -> bool:
        rest = self.pattern[self.at : self.at + 2]
        if rest in {"", "\\"}:
            raise PatternRefused("a set of characters is not closed")
        if rest == "-]":
            self._take(1, r"\-")
            return False
        if rest[0] == "-":
            if not begins:
                raise PatternRefused("- in a set stands at its end, between two characters, or as \\-")
            self._take(1, "-")
            if not self._character_of_set():
                raise PatternRefused("a range ends with one character")
            return False
        return self._character_of_set()

    def _character_of_set(self) -> bool:
        """Reads one member of a set; tells whether it is a single character."""
        character, escaped = self.pattern[self.at], self.pattern[self.at + 1 : self.at + 2]
        if character == "[":
            raise PatternRefused("[ in a set is written \\[")
        if character != "\\":
            self._take(1, "\\^" if character == "^" else character)
            return True
        if escaped == "s":
            self._take(2, SPACES)
        elif escaped and escaped in SETS | CONTROLS | PUNCTUATION | {"-"}:
            self._take(2, f"\\{escaped}")
        else:
            raise PatternRefused(f"\\{escaped} is not known in a set")
        return escaped not in SETS | {"s"}
