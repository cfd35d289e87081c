"""Filters that are kept with a board or a goal, and whether they fit its measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.query import MOST_FILTERS, Filter, Operator, unknown_names, value_faults
from backend.errors import FieldError

ALIKE = {Operator.EQ: Operator.IN, Operator.NE: Operator.NOT_IN}
OF_NOTHING = {Operator.IS_NULL: Operator.IN, Operator.NOT_NULL: Operator.NOT_IN}


def simplified(condition: Filter) -> Filter:
    """The same filter as an address of a page says it: is any of, is none of, or contains."""
    if condition.op in OF_NOTHING and not condition.values:
        return Filter(condition.field, OF_NOTHING[condition.op], ("",))
    return Filter(condition.field, ALIKE.get(condition.op, condition.op), condition.values)


def plain_filter(condition: Filter) -> dict[str, Any]:
    return {"field": condition.field, "op": condition.op.value, "values": list(condition.values)}


def filter_of(stored: Mapping[str, Any]) -> Filter:
    return Filter(stored["field"], Operator(stored["op"]), tuple(stored["values"]))


def filter_faults(measure: str, filters: tuple[Filter, ...]) -> Iterator[FieldError]:
    """Faults of filters, also of those on a dimension that what the measure counts does not have."""
    if len(filters) > MOST_FILTERS:
        yield FieldError("filters", f"must be {MOST_FILTERS} or fewer")
    yield from unknown_names("filters", (condition.field for condition in filters), DIMENSIONS, ".field")
    yield from value_faults(filters)
    for place, condition in enumerate(filters):
        if not fits(measure, condition.field):
            yield FieldError(f"filters.{place}.field", unfit(measure, condition.field))


def fits(measure: str, dimension: str) -> bool:
    """Whether what a measure counts has the dimension; names that are not known are told of elsewhere."""
    known = measure in MEASURES and dimension in DIMENSIONS
    return not known or MEASURES[measure].source in DIMENSIONS[dimension].sources


def unfit(measure: str, dimension: str) -> str:
    label, of = MEASURES[measure].label, DIMENSIONS[dimension].label
    return f"“{label}” counts {MEASURES[measure].source}, which have no {of[:1].lower()}{of[1:]}."
