"""Measures at a glance: each total with its change and on how many it rests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.analytics.figures.quantity import QuantityUnit
from backend.analytics.figures.tiles import Tile, TileValue, tile
from backend.analytics.metrics.catalogue.measures import MEASURES, Ratio
from backend.analytics.metrics.catalogue.query import Result
from backend.dashboards.charts import NOT_CHARGED, noun_of, other_currencies, part_of, quantity_of
from backend.formats import count

# What a count is of, where its label leaves that open.
COUNTED = {"sessions": "all visits", "visitors": "unique per day without consent"}


def tiles_of(result: Result, names: tuple[str, ...], link: Callable[[str], str], current: str = "") -> tuple[Tile, ...]:
    """A tile for each measure. `current`: the one whose course the chart shows."""
    return tuple(_tile(result, name, link(name), name == current) for name in names)


def _tile(result: Result, name: str, href: str, current: bool) -> Tile:
    denominator = MEASURES[name].rests_on
    totals, before = result.totals.values, result.before.values if result.before else None
    quantity = quantity_of(name, result.query.currency)
    return tile(
        MEASURES[name].label,
        quantity,
        TileValue(totals[name], int(totals[denominator] or 0)),
        TileValue(before[name], int(before[denominator] or 0)) if before else None,
        _with_left_out(_n(result, name), other_currencies(result, name)),
        href=href,
        current=current,
    )


def _n(result: Result, name: str) -> str:
    """On how many the number rests, or, of a count, what it is."""
    measure, values = MEASURES[name], result.totals.values
    n = f"{count(values[measure.rests_on] or 0)} {noun_of(measure.rests_on)}"
    if name == "upgrades":
        results = f"{count(values['assessments'] or 0)} results. " if "assessments" in values else ""
        return f"{results}{NOT_CHARGED}"
    if isinstance(measure, Ratio):
        part = part_of(values, measure.numerator, result.query.currency)
        quantity = quantity_of(name, result.query.currency)
        return (
            f"{part} of {n}" if quantity.unit is QuantityUnit.SHARE else f"n = {n}; {part} {noun_of(measure.numerator)}"
        )
    if name == "revenue":
        return f"n = {n}. {NOT_CHARGED}"
    return COUNTED.get(name, "") if name == measure.rests_on else f"median; n = {n}"


def _with_left_out(n: str, currencies: Sequence[str]) -> str:
    """What a number rests on, and the currencies that are not in it."""
    left_out = f"{', '.join(currencies)} left out" if currencies else ""
    return f"{n} {left_out}." if left_out and n.endswith(".") else "; ".join(filter(None, (n, left_out)))
