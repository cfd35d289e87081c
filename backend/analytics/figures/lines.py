"""One measure over time, beside an earlier period."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from string import ascii_uppercase

from backend.analytics.figures import course, moments, theme
from backend.analytics.figures.changes import RowChange, row_change
from backend.analytics.figures.figure import (
    Cell,
    Column,
    Figure,
    FigureTable,
    Key,
    Mark,
    PlotlyPart,
    Tip,
    TipLine,
    nothing,
)
from backend.analytics.figures.quantity import Quantity, QuantityUnit, rests_on, told_n
from backend.analytics.figures.tiles import TileValue
from backend.formats import count, first_capital


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket, named by the local time at which it begins; `value` is None where too few were counted.

    Of a quotient, `part` is what it divides by `n`.
    """

    at: datetime
    value: float | None
    previous_at: datetime | None = None
    previous: float | None = None
    part: str = ""
    n: int = 0
    previous_n: int = 0


@dataclass(frozen=True, slots=True)
class ChartAnnotation:
    """An annotation at its place on the axis of time."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class GoalLine:
    """What a goal asks of each bucket, and the goal in words: at least 1,000 each month, about 33 a day."""

    value: float
    words: str


@dataclass(frozen=True, slots=True)
class Trend:
    """`compared`: what `previous` is, as it stands in a sentence: the previous 28 days. `total`: over all buckets,
    which for a rate is not their sum.

    `since` and `until`: the first and the last bucket are not whole: "until 2:32 PM". `so_far`: the bucket after the
    last, which is in no total. `note`: what is to be said of its buckets.
    """

    quantity: Quantity
    grain: moments.Grain
    points: tuple[Point, ...]
    total: float | None
    n: int
    counted: str
    compared: str = ""
    previous_total: float | None = None
    until: str = ""
    annotations: tuple[ChartAnnotation, ...] = ()
    part: str = ""
    parted: str = ""
    since: str = ""
    so_far: Point | None = None
    note: str = ""
    goal: GoalLine | None = None

    @property
    def drawn(self) -> tuple[Point, ...]:
        """The points of the period, and the one that follows them so far."""
        return (*self.points, self.so_far) if self.so_far else self.points

    @property
    def partial(self) -> tuple[int, ...]:
        """The places of the buckets that are not whole."""
        last = len(self.points) - 1
        places = ([0] if self.since else []) + ([last] if self.until else [])
        return tuple(places) + ((last + 1,) if self.so_far else ())

    @property
    def has_years(self) -> bool:
        return moments.has_years([point.at for point in self.drawn])

    def words(self, point: Point) -> str:
        """What is to be said of a bucket that is not whole."""
        if point is self.so_far:
            return "so far"
        if self.until and point is self.points[-1]:
            return self.until
        return self.since if self.since and point is self.points[0] else ""


def lines(trend: Trend) -> Figure:
    """The period as a line, the earlier one paler and dashed under it, a partial bucket dotted."""
    columns = _columns(trend)
    if not any(point.value is not None for point in trend.drawn):
        why = f"No data in these {moments.HEADINGS[trend.grain].lower()}s."
        return nothing(trend.quantity.none, why, trend.counted, columns)
    marks = _marks(trend)
    return Figure(
        title=_title(trend),
        description=_description(trend),
        n=trend.n,
        counted=rests_on(trend.counted, trend.part, trend.parted),
        table=FigureTable(columns, tuple(_row(trend, point) for point in trend.drawn)),
        height=course.HEIGHT,
        data=tuple(_data(trend)),
        layout=course.layout(trend.quantity, trend.grain, [p.at for p in trend.drawn], [*_heights(trend)], marks),
        legend=_legend(trend),
        marks=tuple(mark for _, mark in marks),
        tips=tuple(_tip(trend, place, point) for place, point in enumerate(trend.drawn)),
        note=" ".join(filter(None, (trend.note, _note(trend)))),
    )


def _note(trend: Trend) -> str:
    is_cut = trend.until and trend.compared
    return f"The last {trend.grain} is partial, so both periods stop at the same point." if is_cut else ""


def _data(trend: Trend) -> Iterator[PlotlyPart]:
    values, ns = [point.value for point in trend.drawn], [point.n for point in trend.drawn]
    yield course.pointed_at(len(values), 0)
    if not trend.quantity.is_mean:
        whole = [None if place in trend.partial else value for place, value in enumerate(values)]
        under = course.area(whole, theme.AREA)
        yield from [under] if under else []
    if trend.compared:
        yield course.earlier([point.previous for point in trend.points])
    if trend.goal:
        yield course.goal(trend.goal.value, len(values))
    yield from course.drawn(values, trend.quantity, theme.MAIN, trend.partial, ns)


def _heights(trend: Trend) -> Iterator[float | None]:
    """What the scale has to hold."""
    yield trend.goal.value if trend.goal else None
    for point in trend.drawn:
        yield from (point.value, point.previous)
        if interval := course.interval(trend.quantity, point.value, point.n):
            yield interval.high


def _marks(trend: Trend) -> list[tuple[float, Mark]]:
    """The position and mark of each annotation, in the bucket that it fell into."""
    marks: list[tuple[float, Mark]] = []
    for annotation in sorted(trend.annotations, key=lambda annotation: annotation.at):
        place = bisect([point.at.timestamp() for point in trend.drawn], annotation.at.timestamp()) - 1
        if place >= 0 and len(marks) < len(ascii_uppercase):
            when = moments.long(annotation.at, "day")
            marks.append((place, Mark(ascii_uppercase[len(marks)], when, annotation.text)))
    return marks


def _when(trend: Trend, point: Point) -> str:
    when = moments.long(point.at, trend.grain, year=trend.has_years)
    words = trend.words(point)
    return f"{when}, {words}" if words else when


def _change(trend: Trend, point: Point) -> RowChange:
    return row_change(trend.quantity, TileValue(point.value, point.n), TileValue(point.previous, point.previous_n))


def _tip(trend: Trend, place: int, point: Point) -> Tip:
    quantity = trend.quantity
    found = [TipLine(quantity.name, quantity.say(point.value))]
    if quantity.is_mean:
        found.append(TipLine("n", told_n(quantity, point.n, point.part, trend.counted)))
    if interval := course.interval(quantity, point.value, point.n):
        found.append(TipLine("95% interval", f"{quantity.say(interval.low)} to {quantity.say(interval.high)}"))
    if trend.compared and point.previous_at:
        then = moments.long(point.previous_at, trend.grain, year=point.previous_at.year != point.at.year)
        found += [TipLine(then, quantity.say(point.previous)), TipLine("Change", _change(trend, point).words)]
    return Tip(_when(trend, point), tuple(found), x=place, day=f"{point.at:%Y-%m-%d}")


def _legend(trend: Trend) -> tuple[Key, ...]:
    """A line alone needs no key."""
    keys = []
    if trend.compared and any(point.previous is not None for point in trend.points):
        keys.append(Key("swatch--line swatch--compare", first_capital(trend.compared)))
    for place in trend.partial:
        point = trend.drawn[place]
        if point.value is not None:
            so_far = f"{_bucket(trend)} so far: {trend.quantity.say(point.value)}"
            label = so_far if point is trend.so_far else f"Partial, {trend.words(point)}"
            keys.append(Key("swatch--line swatch--partial", label))
    if trend.goal:
        keys.append(Key("swatch--line swatch--goal", f"Goal: {trend.goal.words}"))
    return (Key("swatch--line swatch--1", "This period"), *keys) if keys else ()


def _bucket(trend: Trend) -> str:
    return "Today" if trend.grain in ("hour", "day") else f"This {trend.grain}"


def _title(trend: Trend) -> str:
    quantity = trend.quantity
    total = quantity.say(trend.total)
    value = quantity.phrase(trend.total) if quantity.unit is QuantityUnit.COUNT else f"{quantity.name}: {total}"
    change = quantity.change(trend.total, trend.previous_total)
    if change and trend.compared:
        return f"{value}, {change.words} from {trend.compared}"
    best = _extremes(trend)[1]
    when = moments.when(best.at, trend.grain, year=trend.has_years)
    return f"{value}, with a peak of {quantity.say(best.value)} {when}"


def _description(trend: Trend) -> str:
    low, high = _extremes(trend)
    quantity, years = trend.quantity, trend.has_years
    axis_span = moments.span(trend.points[0].at, trend.points[-1].at, trend.grain)
    sentence = (
        f"Line chart: {quantity.noun} by {trend.grain}, {axis_span}. "
        f"Lowest {quantity.say(low.value)} ({moments.long(low.at, trend.grain, year=years)}), "
        f"highest {quantity.say(high.value)} ({moments.long(high.at, trend.grain, year=years)})."
    )
    partial = f" The last {trend.grain} is partial: it counts {trend.until}." if trend.until else ""
    so_far = f" {_bucket(trend)} so far: {quantity.say(trend.so_far.value)}." if trend.so_far else ""
    goal = f" Goal: {trend.goal.words}." if trend.goal else ""
    return sentence + partial + so_far + goal


def _extremes(trend: Trend) -> tuple[Point, Point]:
    """Lowest and highest point; a partial bucket counts only where there is no other."""
    known = [(place, point) for place, point in enumerate(trend.drawn) if point.value is not None]
    whole = [point for place, point in known if place not in trend.partial]
    candidates = whole if any(point.value for point in whole) else [point for _, point in known]
    key = {id(point): point.value or 0 for point in candidates}
    return min(candidates, key=lambda point: key[id(point)]), max(candidates, key=lambda point: key[id(point)])


def _columns(trend: Trend) -> tuple[Column, ...]:
    first: tuple[Column, ...] = (Column(moments.HEADINGS[trend.grain], number=False), Column(trend.quantity.name))
    if trend.parted:
        first += (Column(trend.parted.capitalize()), Column(trend.counted.capitalize()))
    return (*first, Column(first_capital(trend.compared)), Column("Change")) if trend.compared else first


def _row(trend: Trend, point: Point) -> tuple[Cell, ...]:
    when, words = moments.long(point.at, trend.grain, year=trend.has_years), trend.words(point)
    cells: tuple[Cell, ...] = (Cell(f"{when} ({words})" if words else when), course.number(trend.quantity, point.value))
    if trend.parted:
        cells += (Cell(point.part), Cell(count(point.n)))
    if not trend.compared:
        return cells
    change = _change(trend, point)
    before = course.number(trend.quantity, point.previous)
    return (*cells, before, Cell(change.words, muted=not change.tone, tone=change.tone))
