"""One measure over time, of up to four of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.analytics.figures import course, moments, theme
from backend.analytics.figures.figure import Cell, Column, Figure, FigureTable, Key, PlotlyPart, Tip, TipLine, nothing
from backend.analytics.figures.quantity import Quantity
from backend.formats import count, counted

ASIDE = 0.006  # of the width, from one line's intervals to the next one's


@dataclass(frozen=True, slots=True)
class Series:
    """One part, as `source: google`; its values stand in the order of the moments, each of as many as `ns` says."""

    name: str
    values: tuple[float | None, ...]
    total: float | None
    color: int
    ns: tuple[int, ...] = ()
    n: int = 0

    @property
    def is_drawn(self) -> bool:
        return any(value is not None for value in self.values)


@dataclass(frozen=True, slots=True)
class Parts:
    """The same measure of up to four parts, over the same moments.

    `since` and `until`: the first and the last bucket are not whole: "until 2:32 PM". `note`: what is to be said of
    its buckets.
    """

    quantity: Quantity
    grain: moments.Grain
    at: tuple[datetime, ...]
    series: tuple[Series, ...]
    n: int
    counted: str
    until: str = ""
    since: str = ""
    note: str = ""

    @property
    def partial(self) -> tuple[int, ...]:
        places = [0] if self.since else []
        return (*places, len(self.at) - 1) if self.until else tuple(places)


def several(parts: Parts) -> Figure:
    """Up to four lines, told apart by color; a part that has no point is named in the note, and nowhere else."""
    if len(parts.series) > theme.MOST_SERIES:
        raise ValueError(f"more than {theme.MOST_SERIES} lines cannot be told apart")
    columns = (Column(moments.HEADINGS[parts.grain], number=False), *(Column(part.name) for part in parts.series))
    shown = [part for part in parts.series if part.is_drawn]
    if not shown:
        why = "Too few visits for a rate in this period." if parts.quantity.is_mean else "No data in this period."
        return nothing(parts.quantity.none, why, parts.counted, columns)
    title, axis_span = _title(parts, shown), moments.span(parts.at[0], parts.at[-1], parts.grain)
    return Figure(
        title=title,
        description=f"Line chart with {counted(len(shown), 'line')}, {axis_span}. {title}.",
        n=parts.n,
        counted=parts.counted,
        table=FigureTable(columns, tuple(_row(parts, place) for place in range(len(parts.at)))),
        height=course.HEIGHT,
        data=tuple(_data(parts, shown)),
        layout=course.layout(parts.quantity, parts.grain, parts.at, _heights(parts, shown)),
        legend=tuple(Key(_swatch(part), _key(parts, part)) for part in shown),
        tips=tuple(_tip(parts, shown, place) for place in range(len(parts.at))),
        note=" ".join(filter(None, (parts.note, _missing(parts)))),
    )


def _title(parts: Parts, shown: Sequence[Series]) -> str:
    best = max(shown, key=lambda part: -1 if part.total is None else part.total)
    if parts.quantity.is_mean:
        among = f"highest of the {len(shown)} shown is " if len(shown) > 1 else ""
        return f"{parts.quantity.name}: {among}{best.name}, {parts.quantity.say(best.total)}"
    return f"{parts.quantity.most} {parts.quantity.noun}: {best.name}, {parts.quantity.say(best.total)}"


def _data(parts: Parts, shown: Sequence[Series]) -> list[PlotlyPart]:
    traces = [course.pointed_at(len(parts.at), 0)]
    for number, part in enumerate(shown):
        aside = (number - (len(shown) - 1) / 2) * len(parts.at) * ASIDE if parts.quantity.is_mean else 0
        traces += course.drawn(part.values, parts.quantity, theme.ink(part.color), parts.partial, part.ns, aside)
    return traces


def _heights(parts: Parts, shown: Sequence[Series]) -> list[float | None]:
    """What the scale has to hold: values, and how high those may be that rest on few."""
    heights = [value for part in shown for value in part.values]
    pairs = [(value, n) for part in shown for value, n in zip(part.values, part.ns, strict=False)]
    intervals = (course.interval(parts.quantity, value, n) for value, n in pairs)
    return [*heights, *(each.high for each in intervals if each)]


def _swatch(part: Series) -> str:
    return f"swatch--line swatch--{part.color}"


def _key(parts: Parts, part: Series) -> str:
    """The name, and what it comes to: newsletter, 13.1% of 84."""
    return f"{part.name}, {parts.quantity.say(part.total)}" + (f" of {count(part.n)}" if parts.quantity.is_mean else "")


def _missing(parts: Parts) -> str:
    names = [part.name for part in parts.series if not part.is_drawn]
    if not names:
        return ""
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"Not drawn: {listed}, with fewer than 10 in every {parts.grain}."


def _when(parts: Parts, place: int) -> str:
    when = moments.long(parts.at[place], parts.grain, year=moments.has_years(parts.at))
    words = parts.until if place == len(parts.at) - 1 else parts.since if not place else ""
    return f"{when}, {words}" if words else when


def _tip(parts: Parts, shown: Sequence[Series], place: int) -> Tip:
    lines = tuple(TipLine(part.name, _said(parts, part, place), _swatch(part)) for part in shown)
    return Tip(_when(parts, place), lines, x=place, day=f"{parts.at[place]:%Y-%m-%d}")


def _said(parts: Parts, part: Series, place: int) -> str:
    value = part.values[place]
    said = parts.quantity.say(value)
    return f"{said} of {count(part.ns[place])}" if value is not None and parts.quantity.is_mean and part.ns else said


def _row(parts: Parts, place: int) -> tuple[Cell, ...]:
    cells = (Cell(_said(parts, part, place), muted=part.values[place] is None) for part in parts.series)
    return (Cell(_when(parts, place)), *cells)
