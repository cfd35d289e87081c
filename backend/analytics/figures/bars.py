"""A ranking: sorted bars, each under its whole name, with an earlier period as a thin bar beneath."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from backend.analytics.figures import theme
from backend.analytics.figures.figure import (
    Cell,
    Column,
    Drawing,
    Figure,
    FigureTable,
    Key,
    Plain,
    PlotlyPart,
    nothing,
    shown,
)
from backend.analytics.figures.quantity import Quantity, rests_on
from backend.formats import count, first_capital, share

LINE_HEIGHT, BAR, THIN, GAP = 18, 10, 4, 14
NARROW, WIDE = 34, 56  # letters beside a value on a phone and in half a page


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` is None where too few were counted; `part` is what n divides; `href` leads to what is behind the bar."""

    label: str
    value: float | None
    n: int
    previous: float | None = None
    href: str = ""
    part: str = ""


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


@dataclass(frozen=True, slots=True)
class PlacedBar:
    """A bar, and where it stands: pixels from the top."""

    bar: Bar
    label: tuple[str, ...]
    top: int
    middle: float
    bottom: int


def bars(ranking: Ranking) -> Figure:
    """The longest bar first; values of too few come last and have none."""
    ordered = ranked(ranking.bars)
    if not ordered:
        why = "No data in this period."
        return nothing(ranking.quantity.none, why, ranking.counted, columns(ranking))
    wide, narrow = _drawing(ranking, ordered, WIDE), _drawing(ranking, ordered, NARROW)
    title = finding(ranking, ordered)
    return Figure(
        title=title,
        description=f"Bar chart: {ranking.quantity.noun} by {ranking.dimension}, {len(ordered)} bars. {title}.",
        n=ranking.n,
        counted=rests_on(ranking.counted, ranking.part, ranking.parted),
        table=table(ranking, ordered),
        height=wide.height,
        data=wide.data,
        layout=wide.layout,
        narrow=narrow if narrow != wide else None,
        legend=_legend(ranking),
        note=f"{count(ranking.others)} more not shown." if ranking.others else "",
    )


def _drawing(ranking: Ranking, ordered: Sequence[Bar], letters: int) -> Drawing:
    rows = tuple(placed(ordered, letters, compared=bool(ranking.compared)))
    height = rows[-1].bottom - GAP
    layout = theme.layout(
        height,
        hovermode="y",
        bargap=0,
        barmode="overlay",
        barcornerradius=2,
        xaxis=theme.axis(range=[0, _longest(rows)]),
        yaxis=theme.axis(range=[height, 0]),
        annotations=[text for row in rows for text in _texts(ranking, row)],
    )
    return Drawing(height, tuple(_data(ranking, rows)), layout)


def ranked(bars: Iterable[Bar]) -> list[Bar]:
    return sorted(bars, key=lambda bar: (bar.value is None, -(bar.value or 0), bar.label))


def placed(ordered: Iterable[Bar], letters: int, *, compared: bool) -> Iterator[PlacedBar]:
    top = 0
    for bar in ordered:
        label = tuple(wrap(bar.label, letters, break_long_words=True)) or ("(none)",)
        above = top + LINE_HEIGHT * len(label) + 2
        bottom = above + BAR + (THIN + 2 if compared else 0) + GAP
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
    return f"{quantity.name}: from {low} to {quantity.say(first.value)} ({first.label})"


def _together(ranking: Ranking, level: Sequence[Bar]) -> str:
    """One or two bars by name, more by their number; bars that are not shown may be level too."""
    if len(level) < 3:
        return " and ".join(bar.label for bar in level)
    return count(len(level)) + (" or more" if ranking.others and len(level) == len(ranking.bars) else "")


def columns(ranking: Ranking) -> tuple[Column, ...]:
    quantity = ranking.quantity
    titles = [Column(ranking.dimension.capitalize(), number=False), Column(quantity.name)]
    if quantity.adds:
        titles.append(Column("Share"))
    if ranking.parted:
        titles.append(Column(ranking.parted.capitalize()))
    if ranking.counted != quantity.noun:
        titles.append(Column(ranking.counted.capitalize()))
    return (*titles, Column(first_capital(ranking.compared)), Column("Change")) if ranking.compared else tuple(titles)


def table(ranking: Ranking, ordered: Sequence[Bar]) -> FigureTable:
    rows = tuple(_cells(ranking, bar) for bar in ordered)
    total = Bar(f"All {ranking.counted}", ranking.total, ranking.n, ranking.previous_total, part=ranking.part)
    return FigureTable(columns(ranking), rows, _cells(ranking, total))


def _cells(ranking: Ranking, bar: Bar) -> tuple[Cell, ...]:
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
    change = quantity.change(bar.value, bar.previous)
    before = Cell(quantity.say(bar.previous), muted=bar.previous is None)
    return (*cells, before, Cell(change.words if change else "–", muted=not change))


def _data(ranking: Ranking, rows: Sequence[PlacedBar]) -> Iterator[PlotlyPart]:
    longest = _longest(rows)
    yield {
        **_bars(rows, [longest] * len(rows), BAR, theme.SUNKEN),
        "hoverinfo": "text",
        "hovertext": [_hover(ranking, row.bar) for row in rows],
        "customdata": [row.bar.href for row in rows],
    }
    yield _bars(rows, [row.bar.value for row in rows], BAR, theme.MAIN)
    if ranking.compared:
        yield _bars(rows, [row.bar.previous for row in rows], THIN, theme.COMPARE, below=BAR / 2 + 2 + THIN / 2)


def _bars(
    rows: Sequence[PlacedBar], values: Sequence[float | None], width: float, color: str, below: float = 0
) -> PlotlyPart:
    place: dict[str, Plain] = {"x": list(values), "y": [row.middle + below for row in rows], "width": width}
    return {"type": "bar", "orientation": "h", **place, "marker": {"color": color}, "hoverinfo": "skip"}


def _texts(ranking: Ranking, row: PlacedBar) -> Iterator[PlotlyPart]:
    yield theme.words("<br>".join(map(shown, row.label)), 0, row.top)
    quantity, bar = ranking.quantity, row.bar
    if bar.value is None:
        yield theme.words(quantity.say(None), 1, row.top, xanchor="right", font=theme.font(theme.INK_3))
        return
    parts = quantity.adds and ranking.total
    strong = theme.font(theme.INK, theme.TEXT, theme.BOLD)
    beside = -theme.SHARES if parts else 0
    yield theme.words(quantity.say(bar.value), 1, row.top, xanchor="right", xshift=beside, font=strong)
    if parts:
        yield theme.words(
            share(bar.value / parts), 1, row.top, xanchor="right", font=theme.font(theme.INK_2, theme.TEXT)
        )


def _hover(ranking: Ranking, bar: Bar) -> str:
    quantity = ranking.quantity
    lines = [shown(bar.label), f"{quantity.name}: {quantity.say(bar.value)}"]
    if ranking.counted != quantity.noun:
        lines.append(f"n = {count(bar.n)} {rests_on(ranking.counted, bar.part, ranking.parted)}")
    if ranking.compared:
        change = quantity.change(bar.value, bar.previous)
        lines.append(
            f"{first_capital(ranking.compared)}: {quantity.say(bar.previous)}"
            + (f" ({change.words})" if change else "")
        )
    return "<br>".join(lines)


def _legend(ranking: Ranking) -> tuple[Key, ...]:
    if not ranking.compared:
        return ()
    return (Key("swatch--1", "This period"), Key("swatch--compare", first_capital(ranking.compared)))


def _longest(rows: Sequence[PlacedBar]) -> float:
    return (
        max((value for row in rows for value in (row.bar.value, row.bar.previous) if value is not None), default=0) or 1
    )
