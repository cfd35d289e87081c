"""Questions as SQL: an Ibis expression is compiled once per engine, its numbers are filled in at each asking."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

Dialect = Literal["duckdb", "clickhouse"]
# Numbers that no question contains stand for its parameters while it is compiled: a cached text of SQL answers in no
# time what takes Ibis some milliseconds, hundreds for the sessions.
MARK = 8_111_000_000_000_000_000
# A text that somebody filters by may look like a mark; each engine has its own way to end a text.
MARKED: Mapping[Dialect, re.Pattern[str]] = {
    "duckdb": re.compile(r"'(?:[^']|'')*'|\b8111000000000000(\d{3})\b"),
    "clickhouse": re.compile(r"'(?:[^'\\]|\\.|'')*'|\b8111000000000000(\d{3})\b", re.DOTALL),
}
LATEST = "latest"  # the parameter after which a question looks at no session; without it, `end`
COMPILING = RLock()
TEXTS = 1_000  # that are kept: questions of the catalogue have as many shapes as people think of


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the lake, as an expression over its relations and its whole-number parameters.

    `build` is given `parameter`; two questions with the same name are the same question.
    """

    name: str
    parameters: tuple[str, ...]
    build: Callable[..., Table]

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Question) and other.name == self.name

    def sql(self, dialect: Dialect, values: Mapping[str, int]) -> str:
        """The text to run."""
        numbers = [str(int(values[name])) for name in self.parameters]
        return MARKED[dialect].sub(lambda mark: numbers[int(mark[1])] if mark[1] else mark[0], compiled(self, dialect))


@lru_cache(TEXTS)
def compiled(question: Question, dialect: Dialect) -> str:
    """The question's SQL with marks for its parameters."""
    with COMPILING:
        import ibis

        marks: list[IntegerValue] = [ibis.literal(MARK + number, "int64") for number in range(len(question.parameters))]
        text = str(ibis.to_sql(question.build(*marks), dialect=dialect))
    if dialect == "duckdb":
        # Reading the events twice costs less than keeping them in between.
        return re.sub(r"^WITH (\"\w+\") AS \(", r"WITH \1 AS NOT MATERIALIZED (", text)
    if dialect == "clickhouse":
        # ClickHouse's `quantile` samples; these two are exact and interpolate as DuckDB does.
        text = re.sub(r"\bquantile(s?)\(", r"quantile\1ExactInclusive(", text)
    return text
