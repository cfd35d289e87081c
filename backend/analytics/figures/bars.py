"""A ranking: sorted bars, each under its whole name, with its change and a tick where it was before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from backend.analytics.figures import theme
from backend.analytics.figures.changes import RowChange, row_change
from backend.analytics.figures.figure import (
    Cell,
    Column,
    Drawing,
    Figure,
    FigureTable,
    Key,
    Plain,
    PlotlyPart,
    Tip,
    TipLine,
    nothing,
    shown,
)
from backend.analytics.figures.interval import Interval, wilson
from backend.analytics.figures.quantity import Quantity, QuantityUnit, rests_on, told_n
from backend.analytics.figures.tiles import TileValue
from backend.formats import count, counted, first_capital, share

LINE_HEIGHT, BAR, GAP = 18, 10, 12
AXIS = 22  # pixels for the scale under bars that make up no whole
NARROW, WIDE = 30, 54  # letters beside a value on a phone and in half a page
CHANGE = 8  # letters that a change takes the room of


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` is None where too few were counted; `part` is what n divides; `href` leads to what is behind the bar.

    `color`: its number among the colors of things, where more than one is drawn.
    """

    label: str
    value: float | None
    n: int
    previous: float | None = None
    href: str = ""
    part: str = ""
    previous_n: int = 0
    color: int = 1


@dataclass(frozen=True, slots=True)
class Ranking:
    """The values of one measure by one dimension. `others`: how many more there are than bars.

    `parted`: of a quotient what it divides by n, `part` in all. `leader`: a sentence about the first bar, without
    its numbers.
    """

    quantity: Quantity
    dimension: str
    bars: tuple[Bar, ...]
    total: float | None
    n: int
    counted: str
    compared: str = ""
    previous_total: float | None = None
    others: int = 0
    part: str = ""
    parted: str = ""
    leader: str = ""
    previous_n: int = 0

    def change(self, bar: Bar) -> RowChange:
        return row_change(self.quantity, TileValue(bar.value, bar.n), TileValue(bar.previous, bar.previous_n))

    def interval(self, bar: Bar) -> Interval | None:
        """How sure the rate of a bar is; None of what is no rate, or of too few."""
        is_rate = self.quantity.unit is QuantityUnit.SHARE and bar.value is not None and bar.n
        return wilson(min(bar.value or 0, 1), bar.n) if is_rate else None


@dataclass(frozen=True, slots=True)
class PlacedBar:
    """A bar, and where it stands: pixels from the top."""

    bar: Bar
    label: tuple[str, ...]
    top: int
    middle: float
    bottom: int

    @property
    def tall(self) -> int:
        return self.bottom - self.top

    @property
    def full(self) -> float:
        """The middle of the whole row, which one can point at."""
        return (self.top + self.bottom) / 2


def bars(ranking: Ranking) -> Figure:
    """The longest bar first; values of too few come last and have none."""
    ordered = ranked(ranking.bars)
    if not ordered:
        why = "No data in this period."
        return nothing(ranking.quantity.none, why, ranking.counted, columns(ranking))
    wide, narrow = _drawing(ranking, ordered, WIDE), _drawing(ranking, ordered, NARROW)
    title, bars_drawn = finding(ranking, ordered), counted(len(ordered), "bar")
    return Figure(
        title=title,
        description=f"Bar chart: {ranking.quantity.noun} by {ranking.dimension}, {bars_drawn}. {title}.",
        n=ranking.n,
        counted=rests_on(ranking.counted, ranking.part, ranking.parted),
        table=table(ranking, ordered),
        height=wide.height,
        data=wide.data,
        layout=wide.layout,
        narrow=narrow,
        legend=_legend(ranking, ordered),
        tips=tuple(tip(ranking, bar) for bar in ordered),
        note=f"{count(ranking.others)} more not shown." if ranking.others else "",
    )


def _drawing(ranking: Ranking, ordered: Sequence[Bar], letters: int) -> Drawing:
    rows, scale = tuple(placed(ordered, letters - (CHANGE if ranking.compared else 0))), _scale(ranking)
    is_narrow, height = letters == NARROW, rows[-1].bottom
    axis = theme.axis(range=[0, scale[-1]])
    below = 0
    if ranking.quantity.is_mean:
        below = AXIS
        ticks = theme.labels(scale[1:-1], [ranking.quantity.tick(value) for value in scale[1:-1]])
        axis = theme.axis(range=[0, scale[-1]], **ticks, showgrid=True, gridcolor=theme.GRID)
    texts = [text for row in rows for text in _texts(ranking, row, is_narrow=is_narrow)]
    layout = theme.layout(
        height + below,
        margin={"l": 0, "r": 0, "t": 0, "b": below, "pad": 0},
        hovermode="y",
        bargap=0,
        barmode="overlay",
        barcornerradius=2,
        xaxis=axis,
        yaxis=theme.axis(range=[height, 0]),
        annotations=[*texts, *(_ends(ranking.quantity, scale) if below else ())],
    )
    return Drawing(height + below, tuple(_data(ranking, rows)), layout)


def _ends(quantity: Quantity, scale: Sequence[float]) -> Iterator[PlotlyPart]:
    """The first and last label of the scale, which would hang over its edges."""
    for value, place, anchor in ((scale[0], 0, "left"), (scale[-1], 1, "right")):
        look: dict[str, Plain] = {"yref": "paper", "yshift": -1, "xanchor": anchor, "font": theme.font(theme.INK_3)}
        yield theme.words(quantity.tick(value), place, 0, **look)


def _scale(ranking: Ranking) -> tuple[float, ...]:
    """From zero: parts of a whole up to the longest; of rates and averages a scale with room for what is likely."""
    quantity = ranking.quantity
    ends = [value for bar in ranking.bars for value in (bar.value, bar.previous) if value is not None]
    ends += [interval.high for bar in ranking.bars if (interval := ranking.interval(bar))]
    longest = max(ends, default=0) or 1
    return quantity.ticks(0, longest) if quantity.is_mean else (0, longest)


def ranked(bars: Iterable[Bar]) -> list[Bar]:
    return sorted(bars, key=lambda bar: (bar.value is None, -(bar.value or 0), bar.label))


def placed(ordered: Iterable[Bar], letters: int) -> Iterator[PlacedBar]:
    top = 0
    for bar in ordered:
        label = tuple(wrap(bar.label, letters, break_long_words=True)) or ("(none)",)
        above = top + LINE_HEIGHT * len(label) + 2
        bottom = above + BAR + GAP
        yield PlacedBar(bar, label, top, above + BAR / 2, bottom)
        top = bottom


def finding(ranking: Ranking, ordered: Sequence[Bar]) -> str:
    """The first bar and its share of the total; of rates, the lowest and the highest."""
    quantity, known = ranking.quantity, [bar for bar in ordered if bar.value is not None]
    if not known:
        return f"Too few for {quantity.noun} by {ranking.dimension}"
    first, last = known[0], known[-1]
    greatest = quantity.say(first.value)
    level = [bar for bar in known if quantity.say(bar.value) == greatest]
    if quantity.adds and ranking.total:
        of = quantity.say(ranking.total)
        if len(level) > 1:
            tie = f"{_together(ranking, level)} tie for the {quantity.most.lower()} {quantity.noun}"
            return f"{tie}: {greatest} of {of} each"
        if ranking.leader:
            return f"{ranking.leader}: {greatest} of {quantity.phrase(ranking.total)}"
        of_all = f"{greatest} of {of} ({share((first.value or 0) / ranking.total)})"
        return f"Top {ranking.dimension} by {quantity.noun}: {first.label}, {of_all}"
    if len(level) == len(known):
        return f"{quantity.name}: {greatest} for {'each of ' if len(level) > 2 else ''}{_together(ranking, level)}"
    low = f"{quantity.say(last.value)} ({last.label})"
    of_shown = f" of the {count(len(ordered))} shown" if ranking.others else ""
    return f"{quantity.name}{of_shown}: from {low} to {quantity.say(first.value)} ({first.label})"


def _together(ranking: Ranking, level: Sequence[Bar]) -> str:
    """One or two bars by name, more by their number; bars that are not shown may be level too."""
    if len(level) < 3:
        return " and ".join(bar.label for bar in level)
    return count(len(level)) + (" or more" if ranking.others and len(level) == len(ranking.bars) else "")


def columns(ranking: Ranking, *, short: bool = False) -> tuple[Column, ...]:
    quantity = ranking.quantity
    titles = [Column(ranking.dimension.capitalize(), number=False), Column(quantity.name)]
    if quantity.adds:
        titles.append(Column("Share"))
    if ranking.parted:
        titles.append(Column(ranking.parted.capitalize()))
    if ranking.counted != quantity.noun:
        titles.append(Column(ranking.counted.capitalize()))
    if ranking.compared:
        titles += [Column("Change")] if short else [Column(first_capital(ranking.compared)), Column("Change")]
    return tuple(titles)


def table(ranking: Ranking, ordered: Sequence[Bar], *, short: bool = False) -> FigureTable:
    """`short`: of what was before, the change alone."""
    rows = tuple(_cells(ranking, bar, short=short) for bar in ordered)
    total = Bar(
        f"All {ranking.counted}",
        ranking.total,
        ranking.n,
        ranking.previous_total,
        part=ranking.part,
        previous_n=ranking.previous_n,
    )
    return FigureTable(columns(ranking, short=short), rows, _cells(ranking, total, short=short))


def _cells(ranking: Ranking, bar: Bar, *, short: bool) -> tuple[Cell, ...]:
    quantity = ranking.quantity
    cells = [Cell(bar.label, bar.href), Cell(quantity.say(bar.value), muted=bar.value is None)]
    if quantity.adds:
        cells.append(Cell(share((bar.value or 0) / ranking.total, 1) if ranking.total else "–"))
    if ranking.parted:
        cells.append(Cell(bar.part))
    if ranking.counted != quantity.noun:
        cells.append(Cell(count(bar.n)))
    if not ranking.compared:
        return tuple(cells)
    change = ranking.change(bar)
    if not short:
        cells.append(Cell(quantity.say(bar.previous), muted=bar.previous is None))
    words = change.text if short else change.words
    return (*cells, Cell(words, muted=not change.tone, tone=change.tone))


def _data(ranking: Ranking, rows: Sequence[PlacedBar]) -> Iterator[PlotlyPart]:
    """Where one points, the bars, how sure they are, and where they were before."""
    longest = _scale(ranking)[-1]
    pointed_at = _bars([row.full for row in rows], [longest] * len(rows), theme.NOWHERE)
    yield {**pointed_at, "width": [row.tall for row in rows]}
    colors = [theme.ink(row.bar.color) for row in rows]
    drawn = _bars([row.middle for row in rows], [row.bar.value for row in rows], colors)
    intervals = [ranking.interval(row.bar) for row in rows]
    yield {**drawn, "error_x": _whiskers(rows, intervals)} if any(intervals) else drawn
    if ranking.compared:
        yield _ticks(rows, theme.SURFACE, 6)
        yield _ticks(rows, theme.INK, 2)


def _ticks(rows: Sequence[PlacedBar], color: str, width: float) -> PlotlyPart:
    """Where the bars were before; a wider one beneath, in the color of the card, sets a tick off from a dark bar."""
    place: dict[str, Plain] = {"x": [row.bar.previous for row in rows], "y": [row.middle for row in rows]}
    marker: PlotlyPart = {"symbol": "line-ns", "size": BAR, "line": {"width": width, "color": color}}
    return {"type": "scatter", "mode": "markers", **place, "marker": marker, "hoverinfo": "skip", "cliponaxis": False}


def _whiskers(rows: Sequence[PlacedBar], intervals: Sequence[Interval | None]) -> PlotlyPart:
    up = [each.high - (row.bar.value or 0) if each else 0 for row, each in zip(rows, intervals, strict=True)]
    down = [(row.bar.value or 0) - each.low if each else 0 for row, each in zip(rows, intervals, strict=True)]
    look: dict[str, Plain] = {"color": theme.INK_3, "thickness": 1.5, "width": 3}
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, **look}


def _bars(places: Sequence[float], values: Sequence[float | None], color: Plain) -> PlotlyPart:
    place: dict[str, Plain] = {"x": list(values), "y": list(places), "width": BAR}
    return {"type": "bar", "orientation": "h", **place, "marker": {"color": color}, "hoverinfo": "none"}


def _texts(ranking: Ranking, row: PlacedBar, *, is_narrow: bool) -> Iterator[PlotlyPart]:
    """Its name, and from the right: its change, its share or n, its value."""
    yield theme.words("<br>".join(map(shown, row.label)), 0, row.top)
    quantity, bar = ranking.quantity, row.bar
    beside = 0
    if ranking.compared:
        change = ranking.change(bar)
        yield _beside(change.text, row, 0, theme.font(theme.TONES.get(change.tone, theme.INK_3)))
        beside -= theme.CHANGES
    if quantity.adds and ranking.total and not is_narrow:
        yield _beside(share((bar.value or 0) / ranking.total), row, beside, theme.font(theme.INK_2, theme.TEXT))
        beside -= theme.SHARES
    if quantity.is_mean:
        yield _beside(f"of {count(bar.n)}", row, beside, theme.font(theme.INK_3))
        beside -= theme.COUNTS
    strong = theme.font(theme.INK, theme.TEXT, theme.BOLD)
    yield _beside(quantity.say(bar.value), row, beside, theme.font(theme.INK_3) if bar.value is None else strong)


def _beside(text: str, row: PlacedBar, shift: int, font: PlotlyPart) -> PlotlyPart:
    return theme.words(text, 1, row.top, xanchor="right", xshift=shift, font=font)


def tip(ranking: Ranking, bar: Bar) -> Tip:
    """What is said of a bar, or of a place, where one points at it."""
    quantity, interval = ranking.quantity, ranking.interval(bar)
    lines = [TipLine(quantity.name, quantity.say(bar.value))]
    if quantity.adds and ranking.total:
        lines.append(TipLine("Share", share((bar.value or 0) / ranking.total, 1)))
    if ranking.counted != quantity.noun:
        lines.append(TipLine("n", told_n(quantity, bar.n, bar.part, ranking.counted)))
    if interval:
        lines.append(TipLine("95% interval", f"{quantity.say(interval.low)} to {quantity.say(interval.high)}"))
    if ranking.compared:
        lines.append(TipLine(first_capital(ranking.compared), quantity.say(bar.previous)))
        lines.append(TipLine("Change", ranking.change(bar).words))
    return Tip(bar.label, tuple(lines), href=bar.href)


def _legend(ranking: Ranking, ordered: Sequence[Bar]) -> tuple[Key, ...]:
    interval = [Key("swatch--interval", "95% interval")] if any(map(ranking.interval, ordered)) else []
    if not ranking.compared or all(bar.previous is None for bar in ordered):
        return tuple(interval)
    return (*interval, Key("swatch--tick", first_capital(ranking.compared)))
