"""How far sessions came: a bar a step, with what left before it paler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from backend.analytics.figures import theme
from backend.analytics.figures.figure import (
    Cell,
    Column,
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
from backend.analytics.figures.quantity import TOO_FEW
from backend.formats import count, counted, duration, first_capital, share

LINE_HEIGHT, BAR, THIN, GAP = 20, 16, 4, 12
ENOUGH = 10
COLUMNS = ("Step", "Of first", "Of previous", "Drop-off", "Median time", "p90 time")


@dataclass(frozen=True, slots=True)
class StepBar:
    """Sessions that came this far; times run from the step before."""

    label: str
    n: int
    previous: int | None = None
    median_seconds: float | None = None
    p90_seconds: float | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class StepBars:
    """`counted`: what is counted, sessions or visitors. `immature`: how many may still go on."""

    steps: tuple[StepBar, ...]
    counted: str = "sessions"
    compared: str = ""
    immature: int = 0


@dataclass(frozen=True, slots=True)
class PlacedStep:
    step: StepBar
    before: int
    number: int
    top: int


def funnel(bars: StepBars) -> Figure:
    columns = _columns(bars)
    first = bars.steps[0].n if bars.steps else 0
    if not first:
        why = f"No {bars.counted} reached the first step in this period."
        return nothing("No one entered the funnel", why, bars.counted, columns)
    rows = tuple(_placed(bars))
    height = rows[-1].top + _row_height(bars) - GAP
    title = _title(bars)
    return Figure(
        title=title,
        description=f"Funnel of {len(rows)} steps. {title}. {_loss(bars)}",
        n=first,
        counted=bars.counted,
        table=FigureTable(columns, tuple(_cells(bars, row) for row in rows)),
        height=height,
        data=tuple(_data(bars, rows)),
        layout=theme.layout(
            height,
            hovermode="y",
            bargap=0,
            barmode="overlay",
            barcornerradius=2,
            xaxis=theme.axis(range=[0, max(first, *(step.previous or 0 for step in bars.steps))]),
            yaxis=theme.axis(range=[height, 0]),
            annotations=[text for row in rows for text in _texts(first, row)],
        ),
        legend=_legend(bars),
        tips=tuple(_tip(bars, row) for row in rows),
        note=_note(bars),
    )


def _placed(bars: StepBars) -> Iterator[PlacedStep]:
    steps = bars.steps
    for number, (before, step) in enumerate(pairwise((steps[0], *steps)), 1):
        yield PlacedStep(step, before.n, number, (number - 1) * _row_height(bars))


def _row_height(bars: StepBars) -> int:
    return LINE_HEIGHT + BAR + (THIN + 2 if bars.compared else 0) + GAP


def _title(bars: StepBars) -> str:
    first, last = bars.steps[0], bars.steps[-1]
    return f"Of {counted(first.n, *_noun(bars.counted))}, {count(last.n) if last.n else 'none'} reached “{last.label}”"


def _noun(plural: str) -> tuple[str, str]:
    return plural.removesuffix("s"), plural


def _loss(bars: StepBars) -> str:
    """The step before which most left."""
    lost = [(before.n - step.n, before, step) for before, step in pairwise(bars.steps)]
    if not lost:
        return ""
    greatest, before, step = max(lost, key=lambda loss: loss[0])
    return (
        f"Most left between “{before.label}” and “{step.label}”: {count(greatest)} ({rate(greatest, before.n)})."
        if greatest
        else ""
    )


def rate(numerator: int, denominator: int) -> str:
    """No rate on fewer than ten."""
    return share(numerator / denominator, 1) if denominator >= ENOUGH else TOO_FEW


def _data(bars: StepBars, rows: Sequence[PlacedStep]) -> Iterator[PlotlyPart]:
    yield _bars(rows, [row.before for row in rows], BAR, theme.LEFT)
    yield _bars(rows, [row.step.n for row in rows], BAR, theme.MAIN)
    if bars.compared:
        below = BAR / 2 + 2 + THIN / 2
        yield _bars(rows, [row.step.previous for row in rows], THIN, theme.COMPARE, below)


def _bars(
    rows: Sequence[PlacedStep], values: Sequence[int | None], width: float, color: str, below: float = 0
) -> PlotlyPart:
    middles = [row.top + LINE_HEIGHT + BAR / 2 + below for row in rows]
    place: dict[str, Plain] = {"x": list(values), "y": middles, "width": width}
    return {"type": "bar", "orientation": "h", **place, "marker": {"color": color}, "hoverinfo": "none"}


def _texts(first: int, row: PlacedStep) -> Iterator[PlotlyPart]:
    step = row.step
    yield theme.words(f"{row.number}  {shown(step.label)}", 0, row.top)
    pale, strong = theme.font(theme.INK_2, theme.TEXT), theme.font(theme.INK, theme.TEXT, theme.BOLD)
    right: dict[str, Plain] = {"xanchor": "right"}
    yield theme.words(count(step.n), 1, row.top, **right, font=strong, xshift=-theme.SHARES if first >= ENOUGH else 0)
    if first >= ENOUGH:
        yield theme.words(share(step.n / first), 1, row.top, **right, font=pale)
    if row.number > 1 and (lost := row.before - step.n):
        lost_text = f"−{count(lost)}" + ("" if row.before < ENOUGH else f" ({share(lost / row.before)})")
        beside = -theme.SHARES - theme.COUNTS
        yield theme.words(lost_text, 1, row.top, **right, font=theme.font(theme.INK_3), name=theme.WIDE, xshift=beside)


def _tip(bars: StepBars, row: PlacedStep) -> Tip:
    step, first = row.step, bars.steps[0].n
    lines = [TipLine(first_capital(bars.counted), count(step.n)), TipLine("Of the first", rate(step.n, first))]
    if row.number > 1:
        lost = row.before - step.n
        lines.append(TipLine("Left before this step", f"{count(lost)}, {rate(lost, row.before)}"))
    if step.median_seconds is not None:
        lines.append(TipLine("Median time from the previous step", duration(step.median_seconds)))
    if bars.compared and step.previous is not None:
        lines.append(TipLine(first_capital(bars.compared), count(step.previous)))
    return Tip(f"{row.number} {step.label}", tuple(lines), href=step.href)


def _legend(bars: StepBars) -> tuple[Key, ...]:
    keys = (Key("swatch--1", "got this far"), Key("swatch--left", "left before this step"))
    return (*keys, Key("swatch--compare", bars.compared)) if bars.compared else keys


def _note(bars: StepBars) -> str:
    if not bars.immature:
        return ""
    going = "is still going and counts" if bars.immature == 1 else "are still going and count"
    return f"{counted(bars.immature, *_noun(bars.counted))} {going} as left for now."


def _columns(bars: StepBars) -> tuple[Column, ...]:
    step, *rest = (Column(label) for label in COLUMNS)
    before = (Column(first_capital(bars.compared)),) if bars.compared else ()
    return (Column(step.label, number=False), Column(bars.counted.capitalize()), *before, *rest)


def _cells(bars: StepBars, row: PlacedStep) -> tuple[Cell, ...]:
    step, first = row.step, bars.steps[0].n
    before = (Cell("–" if step.previous is None else count(step.previous)),) if bars.compared else ()
    head = (Cell(step.label, step.href), Cell(count(step.n)), *before)
    if row.number == 1:
        return (*head, *(Cell("–", muted=True) for _ in COLUMNS[1:]))
    lost = row.before - step.n
    rates = (Cell(rate(step.n, first)), Cell(rate(step.n, row.before)), Cell(f"−{count(lost)}" if lost else "0"))
    return (*head, *rates, _time(step.median_seconds), _time(step.p90_seconds))


def _time(seconds: float | None) -> Cell:
    return Cell("–", muted=True) if seconds is None else Cell(duration(seconds))
