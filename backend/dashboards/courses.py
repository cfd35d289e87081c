"""Results over time as figures: whole buckets and partial ones, and longer buckets where a rate needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.analytics.figures.figure import Figure
from backend.analytics.figures.lines import ChartAnnotation, GoalLine, Point, Trend, lines
from backend.analytics.figures.parts import Parts, Series, several
from backend.analytics.figures.quantity import rests_on
from backend.analytics.figures.theme import MOST_SERIES
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.query import Query, Result, ResultRow, Value
from backend.analytics.metrics.comparison import Comparison
from backend.analytics.metrics.period import Grain, first_day_of
from backend.dashboards.charts import compared, is_partial, noun_of, numerator_of, part_of, quantity_of
from backend.dashboards.names import Names
from backend.formats import moment

COARSER = {Grain.HOUR: Grain.DAY, Grain.DAY: Grain.WEEK, Grain.WEEK: Grain.MONTH}
FEWEST_BUCKETS = 3  # that still make a line
Answer = Callable[[Query], Result]
Colors = Mapping[str | None, int]


def trend_of(
    result: Result,
    name: str,
    annotations: tuple[ChartAnnotation, ...] = (),
    so_far: Result | None = None,
    asked: Grain | None = None,
    goal: GoalLine | None = None,
) -> Figure:
    """A measure over time, beside the compared period.

    `so_far`: of the day that follows the period. `asked`: the grain that was asked for, where it may be another.
    """
    query, denominator, numerator = result.query, MEASURES[name].rests_on, numerator_of(name)
    grain, quantity = _grain(query), quantity_of(name, query.currency)
    since, until = _ends(result, is_mean=quantity.is_mean)
    points = tuple(_points(result, name))
    return lines(
        Trend(
            quantity,
            grain.value,
            points,
            result.totals.values[name],
            int(result.totals.values[denominator] or 0),
            noun_of(denominator),
            compared(query.compare, query.period),
            result.before.values[name] if result.before else None,
            until,
            annotations,
            part_of(result.totals.values, numerator, query.currency),
            noun_of(numerator) if numerator else "",
            since,
            _so_far(so_far, name) if so_far and grain is Grain.DAY else None,
            about_buckets(asked or grain, grain, [point.value for point in points], name),
            goal,
        )
    )


def _points(result: Result, name: str) -> Iterator[Point]:
    denominator, numerator = MEASURES[name].rests_on, numerator_of(name)
    zone = ZoneInfo(result.query.period.timezone)
    for row, then in zip(result.rows, _then(result, zone), strict=True):
        yield Point(
            _local(datetime.fromisoformat(row.keys[0] or ""), zone),
            row.values[name],
            then,
            row.previous[name] if row.previous else None,
            part_of(row.values, numerator, result.query.currency),
            int(row.values[denominator] or 0),
            int(row.previous[denominator] or 0) if row.previous else 0,
        )


def _so_far(result: Result, name: str) -> Point | None:
    """The total of what comes after the period, at its first moment."""
    value, n = result.totals.values[name], int(result.totals.values[MEASURES[name].rests_on] or 0)
    if value is None:
        return None
    zone = ZoneInfo(result.query.period.timezone)
    part = part_of(result.totals.values, numerator_of(name), result.query.currency)
    return Point(result.query.period.start.astimezone(zone), value, part=part, n=n)


def _then(result: Result, zone: ZoneInfo) -> Iterator[datetime | None]:
    """The bucket of the compared period beside each of the rows; None where there is none."""
    query, beside = result.query, dict[str, date | datetime]()
    if result.compared and query.compare and query.grain:
        beside = Comparison(query.period, result.compared, query.compare).before(query.grain)
    for row in result.rows:
        at = beside.get(row.keys[0] or "")
        yield _local(at, zone) if at else None


def _grain(query: Query) -> Grain:
    if query.grain is None:
        raise ValueError("rows are not of buckets")
    return query.grain


def _ends(result: Result, *, is_mean: bool) -> tuple[str, str]:
    """What is missing in the first and the last bucket: days before the period or after it, or what is to come.

    A rate of some days of a week is a rate; a sum of them is no sum of a week.
    """
    period, grain = result.query.period, _grain(result.query)
    if is_partial(result):
        until = f"until {_clock(result, grain)}"
    else:
        after = period.last_day + timedelta(days=1)
        is_cut = grain in (Grain.WEEK, Grain.MONTH) and first_day_of(grain, after) != after and not is_mean
        until = f"through {_day(period.last_day)}" if is_cut else ""
    is_begun = grain is not Grain.HOUR and first_day_of(grain, period.first_day) != period.first_day and not is_mean
    return f"from {_day(period.first_day)}" if is_begun else "", until


def _clock(result: Result, grain: Grain) -> str:
    """The end of the partial bucket; of a day or an hour the time alone."""
    text = moment(result.as_of, result.query.period.timezone)
    return text.rpartition(", ")[2] if grain in (Grain.DAY, Grain.HOUR) else text


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"


def about_buckets(asked: Grain, shown: Grain, values: Iterable[Value], name: str) -> str:
    """Why buckets are longer than was asked for, and why a line has gaps."""
    few, measure = f"fewer than 10 {noun_of(MEASURES[name].rests_on)}", MEASURES[name]
    longer = f"Most {asked}s have {few}, so these are {shown}s." if shown is not asked else ""
    has_gaps = not measure.is_zero_of_nothing and None in values
    gaps = f"A {shown} with {'fewer than 10' if longer else few} has no value." if has_gaps else ""
    return " ".join(filter(None, (longer, gaps)))


def largest(ranked: Result, name: str) -> list[ResultRow]:
    """The largest parts, at most as many as there are distinct lines; of a rate those on which most rests."""
    rows = [row for row in ranked.rows if row.values[MEASURES[name].rests_on]]
    if quantity_of(name, ranked.query.currency).is_mean:
        rows.sort(key=lambda row: -(row.values[MEASURES[name].rests_on] or 0))
    return rows[:MOST_SERIES]


def several_of(result: Result, ranked: Result, name: str, names: Names, colors: Colors, asked: Grain) -> Figure:
    """A measure over time, a line for each of the largest parts. `asked`: the grain that was asked for."""
    query, denominator, numerator = result.query, MEASURES[name].rests_on, numerator_of(name)
    grain, quantity = _grain(query), quantity_of(name, query.currency)
    since, until = _ends(result, is_mean=quantity.is_mean)
    zone = ZoneInfo(query.period.timezone)
    series = tuple(_series(result, row, name, names, colors) for row in largest(ranked, name))
    part = part_of(result.totals.values, numerator, query.currency)
    values = [value for each in series for value in each.values]
    return several(
        Parts(
            quantity,
            grain.value,
            tuple(_local(bucket, zone) for bucket in _buckets(result)),
            series,
            int(result.totals.values[denominator] or 0),
            rests_on(noun_of(denominator), part, noun_of(numerator) if numerator else ""),
            until,
            since,
            about_buckets(asked, grain, values, name),
        )
    )


def _series(result: Result, part: ResultRow, name: str, names: Names, colors: Colors) -> Series:
    [dimension], denominator = result.query.dimensions, MEASURES[name].rests_on
    value = part.keys[0]
    rows = {row.keys[0]: row.values for row in result.rows if row.keys[1] == value}
    of_nothing = 0 if MEASURES[name].is_zero_of_nothing else None
    found = [rows.get(bucket.isoformat()) for bucket in _buckets(result)]
    return Series(
        names.name(dimension, value),
        tuple(values[name] if values else of_nothing for values in found),
        part.values[name],
        colors[value],
        tuple(int(values[denominator] or 0) if values else 0 for values in found),
        int(part.values[denominator] or 0),
    )


def _buckets(result: Result) -> list[date | datetime]:
    return list(result.query.period.until(result.as_of).buckets(_grain(result.query)))


def readable(result: Result, name: str, answer: Answer) -> Result:
    """The same by longer buckets, where most of these hold too few for a rate."""
    coarser = COARSER.get(_grain(result.query))
    if not coarser or not _is_thin(result, name):
        return result
    few = len(list(result.query.period.until(result.as_of).buckets(coarser))) < FEWEST_BUCKETS
    return result if few else answer(replace(result.query, grain=coarser))


def _is_thin(result: Result, name: str) -> bool:
    """Whether, of any part, most buckets hold too few."""
    if not quantity_of(name, result.query.currency).is_mean:
        return False
    known: dict[Sequence[str | None], int] = {}
    for row in result.rows:
        known.setdefault(row.keys[1:], 0)
        known[row.keys[1:]] += row.values[name] is not None
    return any(2 * number < len(_buckets(result)) for number in known.values())


def _local(at: date | datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone) if isinstance(at, datetime) and at.tzinfo else datetime.combine(at, time(), zone)
