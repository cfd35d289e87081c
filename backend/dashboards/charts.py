"""Results of the catalogue as rows of figures: queries, labels and links."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from backend.analytics.figures.bars import Bar, Ranking, bars
from backend.analytics.figures.figure import Figure, Shapes
from backend.analytics.figures.geography import MapPlace, MapPlaces, geography
from backend.analytics.figures.lines import MOST_SERIES, ChartAnnotation, Parts, Point, Series, Trend, lines, several
from backend.analytics.figures.quantity import Quantity, QuantityUnit, rests_on
from backend.analytics.figures.tiles import Tile, TileValue, tile
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.measures import MEASURES, Unit
from backend.analytics.metrics.catalogue.query import Query, Result, ResultRow, Value
from backend.analytics.metrics.comparison import Comparison
from backend.analytics.metrics.period import Compare, Grain, Period
from backend.dashboards.names import Names
from backend.dashboards.question import PageQuestion
from backend.formats import moment

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
    return Quantity(noun, QUANTITY_UNITS[measure.unit], measure.sums, currency)


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


def tiles_of(result: Result, names: tuple[str, ...], link: Callable[[str], str]) -> tuple[Tile, ...]:
    """A number at a glance for each measure, with its course; `result` is over time."""
    return tuple(_tile(result, name, link(name)) for name in names)


def trend_of(result: Result, name: str, annotations: tuple[ChartAnnotation, ...] = ()) -> Figure:
    """A measure over time, beside the compared period."""
    query, denominator, numerator = result.query, MEASURES[name].rests_on, _numerator(name)
    grain = query.grain
    if grain is None:
        raise ValueError("rows are not of buckets")
    zone = ZoneInfo(query.period.timezone)
    at = [datetime.fromisoformat(row.keys[0] or "") for row in result.rows]
    points = tuple(
        Point(
            _local(now, zone),
            row.values[name],
            then,
            row.previous[name] if row.previous else None,
            _part(row.values, numerator, query.currency),
            int(row.values[denominator] or 0),
        )
        for now, then, row in zip(at, _then(result, zone), result.rows, strict=True)
    )
    return lines(
        Trend(
            quantity_of(name, query.currency),
            grain.value,
            points,
            result.totals.values[name],
            int(result.totals.values[denominator] or 0),
            _noun(denominator),
            compared(query.compare, query.period),
            result.before.values[name] if result.before else None,
            _until(result, grain) if is_partial(result) else "",
            annotations,
            _part(result.totals.values, numerator, query.currency),
            _noun(numerator) if numerator else "",
        )
    )


def _then(result: Result, zone: ZoneInfo) -> Iterator[datetime | None]:
    """The bucket of the compared period beside each of the rows; None where there is none."""
    query, beside = result.query, dict[str, date | datetime]()
    if result.compared and query.compare and query.grain:
        beside = Comparison(query.period, result.compared, query.compare).before(query.grain)
    for row in result.rows:
        at = beside.get(row.keys[0] or "")
        yield _local(at, zone) if at else None


def largest(ranked: Result, name: str) -> list[ResultRow]:
    """The largest parts, at most as many as there are distinct lines."""
    return [row for row in ranked.rows if row.values[MEASURES[name].rests_on]][:MOST_SERIES]


def several_of(result: Result, ranked: Result, name: str, names: Names) -> Figure:
    """A measure over time, a line for each of the largest parts."""
    query, denominator = result.query, MEASURES[name].rests_on
    [dimension], grain = query.dimensions, query.grain
    if grain is None:
        raise ValueError("rows are not of buckets")
    values = {row.keys: row.values[name] for row in result.rows}
    buckets = tuple(query.period.until(result.as_of).buckets(grain))
    none = 0 if MEASURES[name].sums else None
    series = tuple(
        Series(
            names.name(dimension, row.keys[0]),
            tuple(values.get((at.isoformat(), row.keys[0]), none) for at in buckets),
            row.values[name],
        )
        for row in largest(ranked, name)
    )
    zone = ZoneInfo(query.period.timezone)
    at = tuple(_local(bucket, zone) for bucket in buckets)
    n, until = int(result.totals.values[denominator] or 0), _until(result, grain) if is_partial(result) else ""
    numerator = _numerator(name)
    part = _part(result.totals.values, numerator, query.currency)
    counted = rests_on(_noun(denominator), part, _noun(numerator) if numerator else "")
    return several(Parts(quantity_of(name, query.currency), grain.value, at, series, n, counted, until))


def ranking_of(
    result: Result, name: str, names: Names, question: PageQuestion, link: Link, bar_limit: int = MOST_BARS
) -> Figure:
    """A measure by one dimension, also where it fell to nothing; a bar leads to the page of that value alone."""
    query, denominator = result.query, MEASURES[name].rests_on
    [dimension], numerator = query.dimensions, _numerator(name)
    rows = [row for row in result.rows if row.values[denominator] or (row.previous and row.previous[denominator])]
    shown = len(rows) if len(rows) <= bar_limit + 1 else bar_limit  # to say that one is left out takes its room
    shown_bars = tuple(
        Bar(
            names.name(dimension, row.keys[0]),
            row.values[name],
            int(row.values[denominator] or 0),
            row.previous[name] if row.previous else None,
            link(question.with_filter(dimension, row.keys[0])),
            _part(row.values, numerator, query.currency),
        )
        for row in rows[:shown]
    )
    return bars(
        Ranking(
            quantity_of(name, query.currency),
            _spoken(DIMENSIONS[dimension].label),
            shown_bars,
            result.totals.values[name],
            int(result.totals.values[denominator] or 0),
            _noun(denominator),
            compared(query.compare, query.period),
            result.before.values[name] if result.before else None,
            len(rows) - shown,
            _part(result.totals.values, numerator, query.currency),
            _noun(numerator) if numerator else "",
            names.most_looked_up(dimension, rows[0].keys[0]) if rows and name == "assessments" else "",
        )
    )


def map_of(result: Result, name: str, shapes: Shapes, names: Names, question: PageQuestion, link: Link) -> Figure:
    """A measure by country or by state of the US, on a map."""
    query, denominator = result.query, MEASURES[name].rests_on
    [dimension], numerator = query.dimensions, _numerator(name)
    known = [row for row in result.rows if row.keys[0]]
    return geography(
        MapPlaces(
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
                    _part(row.values, numerator, query.currency),
                )
                for row in known
            ),
            result.totals.values[name],
            int(result.totals.values[denominator] or 0),
            _noun(denominator),
            sum(int(row.values[denominator] or 0) for row in result.rows if not row.keys[0]),
            compared(query.compare, query.period),
            result.before.values[name] if result.before else None,
            _part(result.totals.values, numerator, query.currency),
            _noun(numerator) if numerator else "",
        )
    )


def _numerator(name: str) -> str:
    """What a quotient divides by the count it rests on."""
    return next(iter(MEASURES[name].parts), "")


def _part(values: Mapping[str, Value], numerator: str, currency: str) -> str:
    return quantity_of(numerator, currency).say(values[numerator]) if numerator else ""


def _until(result: Result, grain: Grain) -> str:
    """The end of the partial bucket; of a day or an hour the time alone."""
    text = moment(result.as_of, result.query.period.timezone)
    return text.rpartition(", ")[2] if grain in (Grain.DAY, Grain.HOUR) else text


def _tile(result: Result, name: str, href: str) -> Tile:
    denominator = MEASURES[name].rests_on
    totals, numerator = result.totals.values, _numerator(name)
    part = f"{_part(totals, numerator, result.query.currency)} {_noun(numerator)}" if numerator else ""
    now = TileValue(totals[name], int(totals[denominator] or 0), _course(result.rows, name), part)
    before = None
    if result.before:
        earlier = tuple(row.previous[name] if row.previous else None for row in result.rows)
        before = TileValue(result.before.values[name], int(result.before.values[denominator] or 0), earlier)
    quantity = quantity_of(name, result.query.currency)
    made = tile(MEASURES[name].label, quantity, _noun(denominator), now, before, partial=is_partial(result), href=href)
    left_out = other_currencies(result, name)
    n = f"{made.n}; {', '.join(left_out)} left out" if left_out else made.n
    return replace(made, n=f"{n}. {NOT_CHARGED}" if name == "revenue" else n)


def other_currencies(result: Result, name: str) -> tuple[str, ...]:
    """The currencies in which there are amounts too, which a sum of money leaves out."""
    if MEASURES[name].unit is not Unit.CENTS:
        return ()
    return tuple(currency for currency in result.currencies if currency != result.query.currency)


def _course(rows: tuple[ResultRow, ...], name: str) -> tuple[Value, ...]:
    return tuple(row.values[name] for row in rows)


def _noun(name: str) -> str:
    """What a number is of, after it: $145 asked to pay."""
    return MEASURES[name].label.lower().removeprefix("amount ")


def _spoken(label: str) -> str:
    return label[:1].lower() + label[1:]


def _local(at: date | datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone) if isinstance(at, datetime) and at.tzinfo else datetime.combine(at, time(), zone)
