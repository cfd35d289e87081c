"""A chart's question as an address, and back."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from backend.analytics.metrics.catalogue.filter_parameters import parameters_of
from backend.analytics.metrics.catalogue.query import MOST_ROWS, Query
from backend.analytics.metrics.period import Grain
from backend.dashboards.question import NO_COMPARISON, Address, PageQuestion
from backend.errors import FieldError, InvalidRequest

OWN = ("measures", "breakdown", "grain", "order")


def table_address(query: Query, question: PageQuestion) -> Address:
    """The parameters that make the same rows again."""
    filters = parameters_of(query.filters)
    days = {
        name: value
        for name, value in question.address().items()
        if name in ("period", "start", "end", "tz", "currency")
    }
    shape: Address = {"measures": list(query.measures), "breakdown": list(query.dimensions)}
    options = {"grain": query.grain, "compare": query.compare or NO_COMPARISON, "order": query.order}
    return days | filters | shape | {name: str(value) for name, value in options.items() if value}


def table_query(args: MultiDict[str, str], question: PageQuestion) -> Query:
    grain = args.get("grain", "")
    if grain and grain not in list(Grain):
        raise InvalidRequest([FieldError("grain", f"must be one of {', '.join(Grain)}")])
    return Query(
        tuple(args.getlist("measures")),
        question.answerable(),
        dimensions=tuple(args.getlist("breakdown")),
        filters=question.filters,
        grain=Grain(grain) if grain else None,
        compare=question.compare,
        order=args.get("order"),
        limit=MOST_ROWS,
        currency=question.currency,
    )
