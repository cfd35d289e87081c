"""One measure over time, beside an earlier period; or up to four parts of it."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_uppercase

from backend.analytics.figures import moments, theme
from backend.analytics.figures.figure import (
    Cell,
    Column,
    Figure,
    FigureTable,
    Key,
    Mark,
    Plain,
    PlotlyPart,
    nothing,
    shown,
)
from backend.analytics.figures.quantity import Quantity, QuantityUnit, rests_on
from backend.formats import count, first_capital

HEIGHT = 240
TOP, BOTTOM = 16, 28
MOST_SERIES = len(theme.SERIES)


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


@dataclass(frozen=True, slots=True)
class ChartAnnotation:
    """An annotation at its place on the axis of time."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Trend:
    """`compared`: what `previous` is, as it stands in a sentence: the previous 28 days. `until`: the last bucket is not
    over and counts until then. `total`: over all buckets, which for a rate is not their sum.
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


@dataclass(frozen=True, slots=True)
class Series:
    """One part, as `source: google`; its values stand in the order of the moments."""

    name: str
    values: tuple[float | None, ...]
    total: float | None


@dataclass(frozen=True, slots=True)
class Parts:
    """The same measure of up to four parts, over the same moments."""

    quantity: Quantity
    grain: moments.Grain
    at: tuple[datetime, ...]
    series: tuple[Series, ...]
    n: int
    counted: str
    until: str = ""


def lines(trend: Trend) -> Figure:
    """The period as a line, the earlier one paler and dashed under it, the partial bucket dotted."""
    columns = _columns(trend)
    if not any(point.value is not None for point in trend.points):
        why = f"No data in these {moments.HEADINGS[trend.grain].lower()}s."
        return nothing(trend.quantity.none, why, trend.counted, columns)
    values = [point.value for point in trend.points]
    before = [point.previous for point in trend.points]
    hover = [_hover(trend, point) for point in trend.points]
    drawn = [_line(before, theme.line(theme.COMPARE, 1.5, theme.DASHED))] if trend.compared else []
    drawn += _with_partial(values, hover, theme.MAIN, bool(trend.until), theme.AREA)
    marks = _marks(trend)
    return Figure(
        title=_title(trend),
        description=_description(trend),
        n=trend.n,
        counted=rests_on(trend.counted, trend.part, trend.parted),
        table=FigureTable(columns, tuple(_row(trend, point) for point in trend.points)),
        height=HEIGHT,
        data=tuple(drawn),
        layout=_layout(trend.quantity, trend.grain, [p.at for p in trend.points], [*values, *before], marks),
        legend=_legend(trend),
        marks=tuple(mark for _, mark in marks),
        note=f"The last {trend.grain} is partial, so both periods stop at the same point."
        if trend.until and trend.compared
        else "",
    )


def several(parts: Parts) -> Figure:
    """Up to four lines, told apart by colour and, where one points, by name."""
    if len(parts.series) > MOST_SERIES:
        raise ValueError(f"more than {MOST_SERIES} lines cannot be told apart")
    columns = (Column(moments.HEADINGS[parts.grain], number=False), *(Column(part.name) for part in parts.series))
    every = [value for part in parts.series for value in part.values]
    if not any(value is not None for value in every):
        return nothing(parts.quantity.none, "No data in this period.", parts.counted, columns)
    drawn: list[PlotlyPart] = []
    for place, (part, color) in enumerate(zip(parts.series, theme.SERIES, strict=False)):
        hover = [_hover_parts(parts, at) for at in range(len(parts.at))] if not place else None
        drawn += _with_partial(part.values, hover, color, bool(parts.until))
    rows = (
        (Cell(moments.long(at, parts.grain)), *(_number(parts.quantity, part.values[place]) for part in parts.series))
        for place, at in enumerate(parts.at)
    )
    best = max(parts.series, key=lambda part: -1 if part.total is None else part.total)
    title = f"{parts.quantity.most} {parts.quantity.noun}: {best.name}, {parts.quantity.say(best.total)}"
    if not parts.quantity.adds:
        title = f"{parts.quantity.name}: highest for {best.name}, {parts.quantity.say(best.total)}"
    return Figure(
        title=title,
        description=f"Line chart of {len(parts.series)} lines, {_span(parts.at, parts.grain)}. {title}.",
        n=parts.n,
        counted=parts.counted,
        table=FigureTable(columns, tuple(rows)),
        height=HEIGHT,
        data=tuple(drawn),
        layout=_layout(parts.quantity, parts.grain, parts.at, every, ()),
        legend=tuple(Key(f"swatch--line swatch--{place}", part.name) for place, part in enumerate(parts.series, 1)),
    )


def _line(values: Sequence[float | None], line: PlotlyPart, **parts: Plain) -> PlotlyPart:
    shape: dict[str, Plain] = {"type": "scatter", "mode": "lines", "x": list(range(len(values))), "y": list(values)}
    return {**shape, "line": line, "connectgaps": False, "hoverinfo": "skip", **parts}


def _with_partial(
    values: Sequence[float | None], hover: Sequence[str] | None, color: str, partial: bool, area: str = ""
) -> list[PlotlyPart]:
    """The line of complete buckets, and dotted the way to the last point, which is partial."""
    over = list(values[:-1]) if partial else list(values)
    dots = [6 if alone else 0 for alone in _alone(over)]
    hover_texts: dict[str, Plain] = {"hoverinfo": "text", "hovertext": list(hover)} if hover else {}
    is_filled = area and None not in over
    fill: dict[str, Plain] = {"fill": "tozeroy", "fillcolor": area} if is_filled else {}
    marker: dict[str, Plain] = {"color": color, "size": dots, "opacity": 1}
    drawn = [_line(over, theme.line(color), mode="lines+markers", marker=marker, **fill, **hover_texts)]
    if partial:
        last = len(values) - 1
        ends = [place for place in (last - 1, last) if place >= 0]
        around = {"color": color, "width": [0] * (len(ends) - 1) + [1.5]}
        open_dot: dict[str, Plain] = {"color": theme.SURFACE, "size": [0] * (len(ends) - 1) + [7], "line": around}
        if hover_texts:
            hover_texts = {
                "hoverinfo": ["skip"] * (len(ends) - 1) + ["text"],
                "hovertext": list(hover or ())[-len(ends) :],
            }
        partial_line: dict[str, Plain] = {"x": ends, "mode": "lines+markers", "marker": open_dot, **hover_texts}
        drawn.append(_line([values[place] for place in ends], theme.line(color, 2, theme.DOTTED), **partial_line))
    return drawn


def _alone(values: Sequence[float | None]) -> Iterable[bool]:
    """Which points have no neighbour to draw a line to."""
    around = [None, *values, None]
    for before, value, after in zip(around, values, around[2:], strict=False):
        yield value is not None and before is None and after is None


def _layout(
    quantity: Quantity,
    grain: moments.Grain,
    at: Sequence[datetime],
    values: Sequence[float | None],
    marks: Sequence[tuple[float, Mark]],
) -> PlotlyPart:
    known = [value for value in values if value is not None]
    across = moments.ticks(at, grain)
    up = quantity.ticks(min(known), max(known))
    texts = [quantity.tick(value) for value in up]
    wide = 10 + 8 * max(map(len, texts))
    edge = max(0.02 * (len(at) - 1), 0.3 if len(at) < 3 else 0)
    return theme.layout(
        HEIGHT,
        margin={"l": wide, "r": 10, "t": TOP, "b": BOTTOM, "pad": 0},
        hovermode="x",
        xaxis=theme.axis(
            range=[-edge, len(at) - 1 + edge],
            **theme.labels([place for place, _ in across], [text for _, text in across]),
            **_pointer(),
            ticklabelstandoff=4,
        ),
        yaxis=theme.axis(
            range=[up[0], up[-1] + (up[-1] - up[0]) / 90],
            **theme.labels(up, texts),
            showgrid=True,
            gridcolor=theme.GRID,
            zeroline=True,
            zerolinecolor=theme.AXIS,
            ticklabelstandoff=6,
        ),
        shapes=[_mark_line(place) for place in dict(marks)],
        annotations=_mark_letters(marks),
    )


def _pointer() -> PlotlyPart:
    """The upright line under the pointer."""
    spike: dict[str, Plain] = {"showspikes": True, "spikemode": "across", "spikesnap": "data", "spikethickness": 1}
    return {**spike, "spikecolor": theme.AXIS, "spikedash": theme.SOLID}


def _marks(trend: Trend) -> list[tuple[float, Mark]]:
    """The position and mark of each annotation, in the bucket that it fell into."""
    marks: list[tuple[float, Mark]] = []
    for annotation in sorted(trend.annotations, key=lambda annotation: annotation.at):
        place = bisect([point.at.timestamp() for point in trend.points], annotation.at.timestamp()) - 1
        if place >= 0 and len(marks) < len(ascii_uppercase):
            when = moments.long(annotation.at, "day")
            marks.append((place, Mark(ascii_uppercase[len(marks)], when, annotation.text)))
    return marks


def _mark_line(place: float) -> PlotlyPart:
    ends: dict[str, Plain] = {"type": "line", "xref": "x", "yref": "paper", "x0": place, "x1": place, "y0": 0, "y1": 1}
    return {**ends, "line": theme.line(theme.LINE_STRONG, 1, theme.DOTTED), "layer": "below"}


def _mark_letters(marks: Sequence[tuple[float, Mark]]) -> list[PlotlyPart]:
    """Letters of one bucket stand side by side."""
    position: dict[str, Plain] = {"xref": "x", "yref": "paper", "xanchor": "center", "yanchor": "bottom"}
    position["font"] = theme.font(theme.INK_2, weight=theme.BOLD)
    letters: dict[float, list[str]] = {}
    for place, mark in marks:
        letters.setdefault(place, []).append(mark.letter)
    return [theme.words(", ".join(side_by_side), place, 1, **position) for place, side_by_side in letters.items()]


def _hover(trend: Trend, point: Point) -> str:
    quantity, last = trend.quantity, trend.until and point is trend.points[-1]
    when = moments.long(point.at, trend.grain) + (f", until {trend.until}" if last else "")
    lines = [shown(when), f"{quantity.name}: {quantity.say(point.value)}"]
    if trend.parted:
        lines.append(f"n = {count(point.n)} {rests_on(trend.counted, point.part, trend.parted)}")
    if trend.compared and point.previous_at:
        then = moments.long(point.previous_at, trend.grain, year=point.previous_at.year != point.at.year)
        change = quantity.change(point.value, point.previous)
        lines.append(f"{then}: {quantity.say(point.previous)}" + (f" ({change.words} since)" if change else ""))
    return "<br>".join(lines)


def _hover_parts(parts: Parts, place: int) -> str:
    lines = [moments.long(parts.at[place], parts.grain)]
    lines += [f"{shown(part.name)}: {parts.quantity.say(part.values[place])}" for part in parts.series]
    return "<br>".join(lines)


def _legend(trend: Trend) -> tuple[Key, ...]:
    """A line alone needs no key."""
    keys = [Key("swatch--line swatch--compare", first_capital(trend.compared))] if trend.compared else []
    if trend.until and trend.points[-1].value is not None:
        keys.append(Key("swatch--line swatch--partial", f"Partial, until {trend.until}"))
    return (Key("swatch--line swatch--1", "This period"), *keys) if keys else ()


def _title(trend: Trend) -> str:
    quantity = trend.quantity
    total = quantity.say(trend.total)
    value = quantity.phrase(trend.total) if quantity.unit is QuantityUnit.COUNT else f"{quantity.name}: {total}"
    change = quantity.change(trend.total, trend.previous_total)
    if change and trend.compared:
        return f"{value}, {change.words} from {trend.compared}"
    best = _extremes(trend)[1]
    return f"{value}, with a peak of {quantity.say(best.value)} {moments.when(best.at, trend.grain)}"


def _description(trend: Trend) -> str:
    low, high = _extremes(trend)
    quantity = trend.quantity
    axis_span = _span([point.at for point in trend.points], trend.grain)
    sentence = (
        f"Line chart: {quantity.noun} by {trend.grain}, {axis_span}. "
        f"Lowest {quantity.say(low.value)} ({moments.long(low.at, trend.grain)}), "
        f"highest {quantity.say(high.value)} ({moments.long(high.at, trend.grain)})."
    )
    return sentence + (f" The last {trend.grain} is partial: it counts until {trend.until}." if trend.until else "")


def _span(at: Sequence[datetime], grain: moments.Grain) -> str:
    return moments.span(at[0], at[-1], grain)


def _extremes(trend: Trend) -> tuple[Point, Point]:
    """Lowest and highest point; a partial bucket counts only where there is no other."""
    known = [point for point in trend.points if point.value is not None]
    over = [point for point in known if not (trend.until and point is trend.points[-1])]
    known = over if any(point.value for point in over) else known
    key = {id(point): point.value or 0 for point in known}
    return min(known, key=lambda point: key[id(point)]), max(known, key=lambda point: key[id(point)])


def _columns(trend: Trend) -> tuple[Column, ...]:
    first: tuple[Column, ...] = (Column(moments.HEADINGS[trend.grain], number=False), Column(trend.quantity.name))
    if trend.parted:
        first += (Column(trend.parted.capitalize()), Column(trend.counted.capitalize()))
    return (*first, Column(first_capital(trend.compared)), Column("Change")) if trend.compared else first


def _row(trend: Trend, point: Point) -> tuple[Cell, ...]:
    last = trend.until and point is trend.points[-1]
    name = Cell(moments.long(point.at, trend.grain) + (f" (until {trend.until})" if last else ""))
    cells: tuple[Cell, ...] = (name, _number(trend.quantity, point.value))
    if trend.parted:
        cells += (Cell(point.part), Cell(count(point.n)))
    if not trend.compared:
        return cells
    change = trend.quantity.change(point.value, point.previous)
    return (*cells, _number(trend.quantity, point.previous), Cell(change.words if change else "–", muted=not change))


def _number(quantity: Quantity, value: float | None) -> Cell:
    return Cell(quantity.say(value), muted=value is None)
