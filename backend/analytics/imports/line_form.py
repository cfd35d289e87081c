"""Lines of one exporter are written alike: its first lines tell how, and each that is written so is cut, not parsed.

A line is put together again from what was found in it. Where that gives the line, byte by byte, nothing else stands in
it: what remains to be judged are the values. Any other line is judged as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Raw

from backend.analytics.imports.rules import ALL_FIELDS, sql_text

MEMBERS = msgspec.json.Decoder(dict[str, Raw])
SIGNS = ((",", ":"), (", ", ": "))
NULL = b"null"
KNOWN = frozenset(ALL_FIELDS)


@dataclass(frozen=True, slots=True)
class LineForm:
    """The members of a line in their order, which of them are written where they are null, and the signs between."""

    names: Sequence[str] = ()
    with_nulls: frozenset[str] = frozenset()
    comma: str = ","
    colon: str = ":"

    @property
    def cut(self) -> tuple[str, str, str]:
        """SQL for what stands before the value of event_data, after it, and for that value."""
        members = [self._member(at, name) for at, name in enumerate(self.names)]
        if "event_data" not in self.names:
            return _joined(["'{'", *members]), "e'}\\n'", "CASE WHEN cut <> '' THEN '' END"
        at = self.names.index("event_data") + 1
        return _joined(["'{'", *members[:at]]), _joined([*members[at:], "e'}\\n'"]), "cut"

    def _member(self, at: int, name: str) -> str:
        begin = (self.comma if at else "") + json.dumps(name) + self.colon
        if name == "event_data":
            return sql_text(begin)
        sign = "" if name == "is_bot" else '"'
        null = sql_text(begin + "null") if name in self.with_nulls else "''"
        value = _joined([sql_text(begin + sign), f"e.{name}", sql_text(sign)])
        return f"CASE WHEN e.{name} IS NULL THEN {null} ELSE {value} END"


def _joined(parts: Iterable[str]) -> str:
    return f"concat({', '.join(parts)})"


def form_of(lines: Iterable[bytes]) -> LineForm:
    """The form of these lines, judged by the one with most members; an empty form where they cannot be parsed."""
    form, with_nulls = LineForm(), set[str]()
    for line in lines:
        try:
            members = MEMBERS.decode(line)
        except (ValueError, RecursionError):
            continue
        with_nulls |= {name for name, value in members.items() if bytes(value) == NULL}
        for comma, colon in SIGNS:
            rewritten = comma.join(
                f"{json.dumps(name)}{colon}{bytes(value).decode()}" for name, value in members.items()
            )
            if f"{{{rewritten}}}".encode() == line.rstrip() and KNOWN.issuperset(members):
                form = max(form, LineForm([*members], frozenset(), comma, colon), key=lambda f: len(f.names))
    return LineForm(form.names, frozenset(with_nulls), form.comma, form.colon)
