"""Questions as SQL: an Ibis expression is compiled once per engine, what varies is filled in at each asking."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

Dialect = Literal["duckdb", "clickhouse"]
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
# Numbers and texts that no question contains stand for its parameters and its texts while it is compiled: a cached text
# of SQL answers in no time what takes Ibis some milliseconds, hundreds for the sessions.
MARK = 8_111_000_000_000_000_000
TEXT_MARK = "text {} of the question"
MARKED = re.compile(r"\b8111000000000000(?P<number>\d{3})\b|'text (?P<text>\d+) of the question'")
LATEST = "latest"  # the parameter after which a question looks at no session; without it, `end`
COMPILING = RLock()
TEXTS = 1_000  # that are kept: questions of the catalogue have as many shapes as people think of


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the lake, as an expression over its relations, its whole-number parameters and its texts.

    `build` is given `parameters`, and has the marks of `texts` in it. Questions with the same name have the same
    expression. The SQL of a `standing` question lies beside this file: processes that ask no other need not load Ibis.
    One `of_sessions` reads no other relation, or of events only those of the days whose sessions it may look at.
    One that `keeps_parts` works out what it needs several times just once; others read the events twice, for less.
    """

    name: str
    parameters: tuple[str, ...]
    build: Callable[..., Table]
    texts: tuple[str, ...] = ()
    standing: bool = False
    of_sessions: bool = False
    keeps_parts: bool = False

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Question) and (other.name, other.texts) == (self.name, self.texts)

    def sql(self, dialect: Dialect, values: Mapping[str, int]) -> str:
        """The text to run."""

        def filled(mark: re.Match[str]) -> str:
            if mark["number"]:
                return str(int(values[self.parameters[int(mark["number"])]]))
            return _literal(self.texts[int(mark["text"])], dialect)

        return MARKED.sub(filled, compiled(replace(self, texts=()), dialect))


class MarkedTexts:
    """Texts of a question, collected while each is replaced by the mark that stands for it."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def mark(self, text: str) -> str:
        self._texts.append(text)
        return TEXT_MARK.format(len(self._texts) - 1)

    @property
    def texts(self) -> tuple[str, ...]:
        """By the numbers in their marks."""
        return tuple(self._texts)


@lru_cache(TEXTS)
def compiled(question: Question, dialect: Dialect) -> str:
    """The question's SQL with marks for its parameters and its texts."""
    return standing_sql(question, dialect).read_text() if question.standing else compiled_anew(question, dialect)


def standing_sql(question: Question, dialect: Dialect) -> Path:
    """The file of a standing question's SQL; `flask lake questions` writes it, and a test compares it."""
    return Path(__file__).parent / "standing" / f"{question.name.replace(' ', '_')}.{dialect}.sql"


def compiled_anew(question: Question, dialect: Dialect) -> str:
    with COMPILING:
        import ibis

        marks: list[IntegerValue] = [ibis.literal(MARK + number, "int64") for number in range(len(question.parameters))]
        text = str(ibis.to_sql(question.build(*marks), dialect=dialect))
    if dialect == "duckdb" and not question.keeps_parts:
        # Reading the events twice costs less than keeping them in between.
        return re.sub(r"^WITH (\"\w+\") AS \(", r"WITH \1 AS NOT MATERIALIZED (", text)
    if dialect == "clickhouse":
        # ClickHouse's `quantile` samples; these two are exact and interpolate as DuckDB does.
        text = re.sub(r"\bquantile(s?)\(", r"quantile\1ExactInclusive(", text)
        # Its `lower` leaves all letters but those of ASCII as they are.
        text = re.sub(r"\bLOWER\(", "lowerUTF8(", text)
    return text


def _literal(text: str, dialect: Dialect) -> str:
    from sqlglot.expressions import Literal as StringOrNumber

    return StringOrNumber.string(text).sql(dialect=dialect)
