"""The values of a dimension, to filter by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.query import MOST_ROWS, MOST_VALUES, Query, Result
from backend.dashboards.filters import Adding
from backend.dashboards.names import Names
from backend.dashboards.question import PageQuestion


@dataclass(frozen=True, slots=True)
class ValueChoice:
    """A value, its name, and the number of its sessions; None: it is not among the most frequent."""

    value: str
    name: str
    sessions: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class ValueList:
    """The values to choose from; where there are `more`, the rest can only be typed."""

    field: str
    label: str
    choices: tuple[ValueChoice, ...]
    more: bool

    @classmethod
    def of(cls, result: Result, question: PageQuestion, names: Names) -> Self:
        [name] = result.query.dimensions
        chosen_values = next((condition.values for condition in question.filters if condition.field == name), ())
        counts = {row.keys[0] or "": int(row.values["sessions"] or 0) for row in result.rows}
        choices = (
            ValueChoice(value, names.name(name, value), counts.get(value), value in chosen_values)
            for value in dict.fromkeys((*counts, *chosen_values))
        )
        return cls(name, DIMENSIONS[name].label, tuple(choices), result.more)


def values_query(question: PageQuestion, adding: Adding) -> Query:
    """The query for the most frequent values among the rows that the other filters keep."""
    others = tuple(condition for condition in question.filters if condition.field != adding.field)
    return replace(_of(question, adding, MOST_VALUES), filters=others)


def stored_query(question: PageQuestion, adding: Adding) -> Query:
    """The query for all values that a typed text can mean."""
    return _of(question, adding, MOST_ROWS)


def _of(question: PageQuestion, adding: Adding, limit: int) -> Query:
    return Query(("sessions",), question.answerable(), dimensions=(adding.field,), order="-sessions", limit=limit)
