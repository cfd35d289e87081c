"""Results of the catalogue as rows of figures: queries, labels and links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from backend.analytics.figures.bars import Bar, Ranking, bars
from backend.analytics.figures.figure import Figure, Shapes
from backend.analytics.figures.geography import MapPlace, MapPlaces
from backend.analytics.figures.quantity import Quantity, QuantityUnit
from backend.analytics.figures.theme import known_colors
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.measures import MEASURES, Unit
from backend.analytics.metrics.catalogue.query import Query, Result, ResultRow, Value
from backend.analytics.metrics.period import Compare, Period
from backend.dashboards.names import Names
from backend.dashboards.question import PageQuestion

QUANTITY_UNITS = {
    Unit.COUNT: QuantityUnit.COUNT,
    Unit.FRACTION: QuantityUnit.SHARE,
    Unit.CENTS: QuantityUnit.CENTS,
    Unit.SECONDS: QuantityUnit.SECONDS,
}
MOST_BARS = 15
# Until plans are on sale, amounts of money are of clicks on an offer, and every one of them says so.
NOT_CHARGED = "Nothing is charged."
Link = Callable[[PageQuestion], str]


def quantity_of(name: str, currency: str) -> Quantity:
    measure = MEASURES[name]
    noun = measure.label[:1].lower() + measure.label[1:]
    return Quantity(noun, QUANTITY_UNITS[measure.unit], measure.sums, currency, measure.less_is_better)


def ask(question: PageQuestion, *measures: str, by: tuple[str, ...] = (), over_time: bool = False) -> Query:
    """The page's question to the catalogue."""
    return Query(
        measures,
        question.answerable(),
        dimensions=by,
        filters=question.filters,
        grain=question.grain if over_time else None,
        compare=question.compare,
        order=f"-{measures[0]}" if by and not over_time else None,
        limit=10_000 if over_time else 300,
        currency=question.currency,
    )


def compared(compare: Compare | None, period: Period) -> str:
    """The other period, as it stands in a sentence."""
    match compare:
        case Compare.PREVIOUS_PERIOD:
            days = (period.last_day - period.first_day).days + 1
            return "the day before" if days == 1 else f"the previous {days} days"
        case Compare.PREVIOUS_YEAR:
            other = period.preceding(compare, period.end)
            return "a year earlier, without February 29" if other and other.left_out else "a year earlier"
        case None:
            return ""


def is_partial(result: Result) -> bool:
    """Whether the last bucket is not over yet."""
    period = result.query.period
    return period.start <= result.as_of < period.end


def ranking_of(
    result: Result,
    name: str,
    names: Names,
    question: PageQuestion,
    link: Link,
    bar_limit: int = MOST_BARS,
    colors: Mapping[str | None, int] = MappingProxyType({}),
) -> Figure:
    """A measure by one dimension, also where it fell to nothing; a bar leads to the page of that value alone.

    `colors`: of values that another chart draws too. Where no value has one of its own, all have the main one.
    """
    query, denominator = result.query, MEASURES[name].rests_on
    [dimension], numerator = query.dimensions, numerator_of(name)
    own_colors = known_colors(dimension) | dict(colors)
    rows = [row for row in result.rows if row.values[denominator] or (row.previous and row.previous[denominator])]
    shown = len(rows) if len(rows) <= bar_limit + 1 else bar_limit  # to say that one is left out takes its room

    shown_bars = (
        _bar(row, result, name, names, link(question.with_filter(dimension, row.keys[0])), own_colors)
        for row in rows[:shown]
    )
    return bars(
        Ranking(
            quantity_of(name, query.currency),
            _spoken(DIMENSIONS[dimension].label),
            tuple(shown_bars),
            result.totals.values[name],
            int(result.totals.values[denominator] or 0),
            noun_of(denominator),
            compared(query.compare, query.period),
            result.before.values[name] if result.before else None,
            len(rows) - shown,
            part_of(result.totals.values, numerator, query.currency),
            noun_of(numerator) if numerator else "",
            names.most_looked_up(dimension, rows[0].keys[0]) if rows and name == "assessments" else "",
            int(result.before.values[denominator] or 0) if result.before else 0,
        )
    )


def _bar(row: ResultRow, result: Result, name: str, names: Names, href: str, colors: Mapping[str | None, int]) -> Bar:
    """A value's bar; where no value has a color of its own, all have the main one."""
    denominator, before = MEASURES[name].rests_on, row.previous or {}
    return Bar(
        names.name(result.query.dimensions[0], row.keys[0]),
        row.values[name],
        int(row.values[denominator] or 0),
        before.get(name),
        href,
        part_of(row.values, numerator_of(name), result.query.currency),
        int(before.get(denominator) or 0),
        colors.get(row.keys[0], 0 if colors else 1),
    )


def map_of(result: Result, name: str, shapes: Shapes, names: Names, question: PageQuestion, link: Link) -> MapPlaces:
    """A measure by country or by state of the US, for a map."""
    query, denominator = result.query, MEASURES[name].rests_on
    [dimension], numerator = query.dimensions, numerator_of(name)
    known = [row for row in result.rows if row.keys[0]]
    return MapPlaces(
        quantity_of(name, query.currency),
        shapes,
        tuple(
            MapPlace(
                row.keys[0] or "",
                names.name(dimension, row.keys[0]),
                row.values[name],
                int(row.values[denominator] or 0),
                row.previous[name] if row.previous else None,
                link(question.with_filter(dimension, row.keys[0])),
                part_of(row.values, numerator, query.currency),
                int(row.previous[denominator] or 0) if row.previous else 0,
            )
            for row in known
        ),
        result.totals.values[name],
        int(result.totals.values[denominator] or 0),
        noun_of(denominator),
        sum(int(row.values[denominator] or 0) for row in result.rows if not row.keys[0]),
        compared(query.compare, query.period),
        result.before.values[name] if result.before else None,
        part_of(result.totals.values, numerator, query.currency),
        noun_of(numerator) if numerator else "",
        int(result.before.values[denominator] or 0) if result.before else 0,
    )


def numerator_of(name: str) -> str:
    """What a quotient divides by the count it rests on."""
    return next(iter(MEASURES[name].parts), "")


def part_of(values: Mapping[str, Value], numerator: str, currency: str) -> str:
    return quantity_of(numerator, currency).say(values[numerator]) if numerator else ""


def other_currencies(result: Result, name: str) -> tuple[str, ...]:
    """The currencies in which there are amounts too, which a sum of money leaves out."""
    if MEASURES[name].unit is not Unit.CENTS:
        return ()
    return tuple(currency for currency in result.currencies if currency != result.query.currency)


def with_currencies(figure: Figure, result: Result, measure: str) -> Figure:
    """The figure, of money with a word on what it is of and on the currencies that are not in it."""
    if MEASURES[measure].unit is not Unit.CENTS:
        return figure
    notes = [figure.note, f"Amounts are from clicks on an offer. {NOT_CHARGED}"]
    if others := other_currencies(result, measure):
        notes.append(f"Amounts in {', '.join(others)} are left out; currency={others[0]} in the address shows them.")
    return replace(figure, note=" ".join(filter(None, notes)))


def noun_of(name: str) -> str:
    """What a number is of, after it: $145 asked to pay."""
    return MEASURES[name].label.lower().removeprefix("amount ")


def _spoken(label: str) -> str:
    return label[:1].lower() + label[1:]
