"""The filters in the address of a dashboard page, and the one that a form adds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS, SESSIONS_ONLY
from backend.analytics.metrics.catalogue.query import LONGEST_VALUE, MOST_VALUES, Filter, Operator
from backend.analytics.metrics.catalogue.vocabularies import VOCABULARIES, as_kept, can_be
from backend.errors import FieldError

FILTERS = tuple(name for name, dimension in DIMENSIONS.items() if dimension.sources >= SESSIONS_ONLY)
FILTER_CHOICES = tuple((name, DIMENSIONS[name].label) for name in FILTERS)


@dataclass(frozen=True, slots=True)
class Adding:
    """A filter that a form adds: its dimension and typed names of values; without values, they are chosen next."""

    field: str
    typed: tuple[str, ...]


def adding_in(args: MultiDict[str, str], errors: list[FieldError]) -> Adding | None:
    """`field` with `value`, which may be empty (there is none), and `typed`, which is empty where nothing was typed."""
    name = args.get("field", "")
    if not name:
        return None
    if name not in FILTERS:
        errors.append(FieldError("field", "Choose a filter from the list."))
        return None
    typed = filter(None, (value.strip() for value in args.getlist("typed")))
    return Adding(name, (*(value.strip() for value in args.getlist("value")), *typed))


def filters_in(args: MultiDict[str, str], adding: Adding | None, errors: list[FieldError]) -> Iterator[Filter]:
    """A filter for each dimension that the address names."""
    for name in FILTERS:
        values = [as_kept(name, value.strip()) for value in args.getlist(name)]
        entered = [*values, *(adding.typed if adding and adding.field == name else ())]
        if any("\0" in value for value in entered):
            errors.append(FieldError(name, "Filters can hold printable text only."))
        elif len(entered) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in entered):
            errors.append(FieldError(name, f"Send up to {MOST_VALUES} values of up to {LONGEST_VALUE} characters."))
        elif not all(can_be(name, value) for value in values):
            errors.append(FieldError(name, f"{DIMENSIONS[name].label} {VOCABULARIES[name].says}."))
        elif values:
            yield Filter(name, Operator.IN, tuple(dict.fromkeys(values)))
