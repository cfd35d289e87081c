"""Filters as parameters: `source` is any of its values, `source_not` none, `source_contains` holds any of its texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS, SESSIONS_ONLY
from backend.analytics.metrics.catalogue.query import Filter, Operator

FILTERS = tuple(name for name, dimension in DIMENSIONS.items() if dimension.sources >= SESSIONS_ONLY)
SUFFIXES: Mapping[Operator, str] = {Operator.IN: "", Operator.NOT_IN: "_not", Operator.CONTAINS: "_contains"}
CONDITIONS = {f"{name}{suffix}": (name, op) for name in FILTERS for op, suffix in SUFFIXES.items()}


def parameter_of(condition: Filter) -> str:
    """The name of the parameter that holds a filter's values."""
    return f"{condition.field}{SUFFIXES[condition.op]}"


def parameters_of(filters: Iterable[Filter]) -> dict[str, list[str]]:
    return {parameter_of(condition): list(condition.values) for condition in filters}


def filters_of(parameters: Mapping[str, Sequence[str]]) -> Iterator[Filter]:
    """The filters that parameters say, in the order of the dimensions."""
    for parameter, (name, op) in CONDITIONS.items():
        if values := parameters.get(parameter):
            yield Filter(name, op, tuple(dict.fromkeys(values)))
