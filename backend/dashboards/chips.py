"""Chips: the filters of a page in words, each with the way to change it and the way to the page without it."""

from __future__ import annotations

from dataclasses import dataclass

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.query import Filter, Operator
from backend.dashboards.addresses import address_of
from backend.dashboards.filters import CHOICES
from backend.dashboards.names import Names
from backend.dashboards.question import PageQuestion

MOST_NAMED = 3  # values of one filter; of more the rest are counted


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words. `field` and `op` open the menu at it."""

    text: str
    edit: str
    without: str
    field: str
    op: str


def chips_of(question: PageQuestion, names: Names, path: str) -> tuple[Chip, ...]:
    return tuple(_chip(condition, question, names, path) for condition in question.filters)


def _chip(condition: Filter, question: PageQuestion, names: Names, path: str) -> Chip:
    op = str(CHOICES[condition.op])
    edit = address_of(path, question.address() | {"field": condition.field, "op": op})
    without = address_of(path, question.without(condition).address())
    return Chip(filter_in_words(condition, names), f"{edit}#filter", without, condition.field, op)


def filter_in_words(condition: Filter, names: Names) -> str:
    """Source is not google or bing."""
    label, verb = DIMENSIONS[condition.field].label, CHOICES[condition.op].label
    if condition.op is Operator.NOT_IN and condition.values == ("",):
        return f"{label} is any"
    return f"{label} {verb} {_any_of([_name(condition, value, names) for value in condition.values])}"


def _name(condition: Filter, value: str, names: Names) -> str:
    if condition.op is Operator.CONTAINS:
        return value
    return names.name(condition.field, value) if value else "none"


def _any_of(values: list[str]) -> str:
    if len(values) > MOST_NAMED:
        values = [*values[: MOST_NAMED - 1], f"{len(values) - MOST_NAMED + 1} more"]
    *rest, last = values
    return f"{', '.join(rest)}{',' if len(rest) > 1 else ''} or {last}" if rest else last
