"""A chart as data: traces for Plotly, title, n, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from html import escape
from re import search
from typing import TypeAlias

from backend.formats import count

Plain: TypeAlias = "str | float | bool | Sequence[Plain] | Mapping[str, Plain] | None"
PlotlyPart: TypeAlias = Mapping[str, Plain]


class Shapes(StrEnum):
    """A map. Its outlines lie in `app/static/shapes`."""

    WORLD = "world"
    US_STATES = "us-states"


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the legend: the class of its swatch, and its label."""

    swatch: str
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An annotation as a chart marks it: a letter of the alphabet in the drawing, explained below it."""

    letter: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class TipLine:
    """A value where one points: its label, with the class of its swatch where the chart has several."""

    label: str
    value: str
    swatch: str = ""


@dataclass(frozen=True, slots=True)
class Tip:
    """What a chart says of one of its places; `x` is where that is on the axis of time.

    `href` leads to what is behind it; `day` is the local day that it begins with, which can be annotated.
    """

    title: str
    lines: tuple[TipLine, ...]
    x: float | None = None
    href: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    number: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """`swatch`: its class, where the cell names what a color stands for. `tone`: that of a change."""

    text: str
    href: str = ""
    muted: bool = False
    swatch: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class FigureTable:
    """The chart's numbers in words; the first cell of a row names it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """The data and layout for Plotly; `height` in pixels."""

    height: int
    data: tuple[PlotlyPart, ...]
    layout: PlotlyPart


@dataclass(frozen=True, slots=True)
class Figure:
    """`title` is the finding, `description` what a screen reader says, `counted` what `n` are: sessions.

    Colors and fonts in `data` and `layout` are names of CSS tokens, which the browser looks up.
    `narrow` is drawn instead where there is little room. `empty` says why there is nothing to draw.
    `legend_shown`: not where another chart of the page shows it.
    `tips` are of the places along the axis of time, of the bars, or of the places that a map shades.
    """

    title: str
    description: str
    n: int
    counted: str
    table: FigureTable
    height: int = 0
    data: tuple[PlotlyPart, ...] = ()
    layout: PlotlyPart | None = None
    narrow: Drawing | None = None
    shapes: Shapes | None = None
    legend: tuple[Key, ...] = ()
    legend_shown: bool = True
    marks: tuple[Mark, ...] = ()
    tips: tuple[Tip, ...] = ()
    note: str = ""
    empty: str = ""

    @property
    def n_is_told(self) -> bool:
        """Whether the title tells the number already."""
        return bool(search(rf"(?<![\d,.]){count(self.n)}(?![\d,.]*\d)", self.title))

    def plain(self) -> dict[str, Plain]:
        """The figure as the browser gets it: everything but the table, which stands in the page."""
        return {
            "title": self.title,
            "description": self.description,
            "n": self.n,
            "counted": self.counted,
            "height": self.height,
            "data": self.data,
            "layout": self.layout or {},
            "narrow": asdict(self.narrow) if self.narrow else None,
            "shapes": self.shapes,
            "legend": [asdict(key) for key in self.legend],
            "marks": [asdict(mark) for mark in self.marks],
            "tips": [asdict(tip) for tip in self.tips],
            "empty": self.empty,
        }


def shown(text: str) -> str:
    """Text as Plotly shows it: it reads a little HTML, and names of sources come from strangers."""
    return escape(text, quote=False)


def nothing(title: str, why: str, counted: str, columns: tuple[Column, ...]) -> Figure:
    """A chart without a row."""
    return Figure(title, f"{title}. {why}", 0, counted, FigureTable(columns, ()), empty=why)
