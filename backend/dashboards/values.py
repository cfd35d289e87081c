"""The values of a dimension, to filter by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.filter_parameters import parameter_of
from backend.analytics.metrics.catalogue.query import (
    LONGEST_VALUE,
    MOST_ROWS,
    MOST_VALUES,
    Filter,
    Operator,
    Query,
    Result,
)
from backend.dashboards.filters import CHOICES, Adding, Choice
from backend.dashboards.names import Names, folded
from backend.dashboards.question import PageQuestion
from backend.errors import FieldError, InvalidRequest

MOST_LISTED = 50  # of a search; who looks for another value types more of it


@dataclass(frozen=True, slots=True)
class ValueChoice:
    """A value, its name, and the number of its sessions; None: it is not among the most frequent."""

    value: str
    name: str
    sessions: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class ValueList:
    """The values to choose from; where there are `more`, the rest can only be typed.

    `parameter` is the one that is set; `texts` are those that a value may contain.
    """

    field: str
    label: str
    op: Choice
    parameter: str
    texts: tuple[str, ...]
    choices: tuple[ValueChoice, ...]
    more: bool

    @classmethod
    def of(cls, result: Result, question: PageQuestion, adding: Adding, names: Names) -> Self:
        condition = adding.condition(adding.before(question.filters))
        contains = condition.op is Operator.CONTAINS
        chosen = () if contains else condition.values
        return cls(
            adding.field,
            DIMENSIONS[adding.field].label,
            CHOICES[condition.op],
            parameter_of(condition),
            condition.values if contains else (),
            tuple(_choices(result, chosen, names)),
            result.more,
        )


@dataclass(frozen=True, slots=True)
class ValueSearch:
    """A search for values by a part of what people call them, among the rows that the page's other filters keep."""

    adding: Adding
    text: str

    @classmethod
    def of(cls, question: PageQuestion) -> Self:
        question.answerable()
        text = question.own.get("q", "").strip()
        if question.adding is None:
            raise InvalidRequest([FieldError("field", "Choose a filter from the list.")])
        if "\0" in text or len(text) > LONGEST_VALUE:
            raise InvalidRequest([FieldError("q", f"Search for printable text of up to {LONGEST_VALUE} characters.")])
        return cls(question.adding, text)

    def query(self, question: PageQuestion, names: Names) -> Query:
        """Where values are codes, their names are searched among all of them."""
        query = values_query(question, self.adding)
        if not self.text:
            return replace(query, limit=MOST_LISTED)
        if names.are_codes(self.adding.field):
            return replace(query, limit=MOST_ROWS)
        searched = Filter(self.adding.field, Operator.CONTAINS, (self.text,))
        return replace(query, filters=(*query.filters, searched), limit=MOST_LISTED)

    def found(self, result: Result, question: PageQuestion, names: Names) -> SearchedValues:
        """The values found, and without a search those that are chosen too."""
        chosen = () if self.text else _chosen(question.filters, self.adding.field)
        choices = list(_choices(result, chosen, names))
        if names.are_codes(self.adding.field):
            part = folded(self.text)
            choices = [choice for choice in choices if part in folded(f"{choice.value} {choice.name}")]
        shown = tuple(choices[: MOST_LISTED + len(chosen)])
        return SearchedValues(self.adding.field, shown, result.more or len(choices) > len(shown), result.as_of)


@dataclass(frozen=True, slots=True)
class SearchedValues:
    """What a search found, the most frequent first."""

    field: str
    choices: tuple[ValueChoice, ...]
    more: bool
    as_of: datetime


def values_query(question: PageQuestion, adding: Adding) -> Query:
    """The query for the most frequent values among the rows that the other filters keep."""
    others = tuple(condition for condition in question.filters if condition.field != adding.field)
    return replace(_of(question, adding, MOST_VALUES), filters=others)


def stored_query(question: PageQuestion, adding: Adding) -> Query:
    """The query for all values that a typed text can mean."""
    return _of(question, adding, MOST_ROWS)


def _of(question: PageQuestion, adding: Adding, limit: int) -> Query:
    return Query(("sessions",), question.answerable(), dimensions=(adding.field,), order="-sessions", limit=limit)


def _choices(result: Result, chosen: Iterable[str], names: Names) -> Iterator[ValueChoice]:
    [name], chosen = result.query.dimensions, tuple(chosen)
    counts = {row.keys[0] or "": int(row.values["sessions"] or 0) for row in result.rows}
    for value in dict.fromkeys((*counts, *chosen)):
        yield ValueChoice(value, names.name(name, value), counts.get(value), value in chosen)


def _chosen(filters: Iterable[Filter], name: str) -> tuple[str, ...]:
    matching = [condition for condition in filters if condition.field == name and condition.op is not Operator.CONTAINS]
    return tuple(value for condition in matching for value in condition.values)
