"""How far each part of the sessions came: under every step a bar for each, measured against its own beginning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.analytics.figures import theme
from backend.analytics.figures.figure import Cell, Column, Figure, Key, Part, Plain, Table, nothing, shown
from backend.analytics.figures.funnel import ENOUGH, rate
from backend.analytics.figures.quantity import TOO_FEW
from backend.formats import count, share

LINE_HEIGHT, BAR, GAP = 20, 16, 12
MOST_PARTS = len(theme.SERIES)


@dataclass(frozen=True, slots=True)
class Branch:
    """One part, as `device: mobile`; `reached` stands in the order of the steps."""

    name: str
    reached: tuple[int, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class Branches:
    """The steps by their labels, and up to four parts. `dimension`: by what they were parted."""

    steps: tuple[str, ...]
    branches: tuple[Branch, ...]
    dimension: str
    counted: str = "sessions"


def funnel_parts(found: Branches) -> Figure:
    """Parts are told apart by colour, by order, and by name where one points."""
    if len(found.branches) > MOST_PARTS:
        raise ValueError(f"more than {MOST_PARTS} parts cannot be told apart")
    columns = (Column("Step", number=False), *(Column(branch.name) for branch in found.branches))
    n = sum(branch.reached[0] for branch in found.branches)
    if not n:
        why = f"No {found.counted} came to the first step in this period."
        return nothing("The funnel is empty", why, found.counted, columns)
    height = len(found.steps) * _row_height(found) - GAP
    title = _title(found)
    return Figure(
        title=title,
        description=f"Funnel of {len(found.steps)} steps in {len(found.branches)} parts by {found.dimension}. {title}.",
        n=n,
        counted=found.counted,
        table=Table(columns, tuple(_cells(found, place) for place in range(len(found.steps)))),
        height=height,
        data=tuple(_data(found)),
        layout=theme.layout(
            height,
            margin={"l": 0, "r": 2 * theme.COUNTS, "t": 0, "b": 0, "pad": 0},
            hovermode="y",
            bargap=0,
            barmode="overlay",
            barcornerradius=2,
            xaxis=theme.axis(range=[0, 1]),
            yaxis=theme.axis(range=[height, 0]),
            annotations=list(_texts(found)),
        ),
        legend=tuple(Key(f"swatch--{place}", branch.name) for place, branch in enumerate(found.branches, 1)),
    )


def _row_height(found: Branches) -> int:
    return LINE_HEIGHT + BAR * len(found.branches) + GAP


def _title(found: Branches) -> str:
    """Who comes furthest and who least far, where each rests on enough."""
    last = found.steps[-1]
    ends = sorted((b.reached[-1] / b.reached[0], b.name) for b in found.branches if b.reached[0] >= ENOUGH)
    if len(ends) < 2:
        return f"Too few for rates of “{last}” by {found.dimension}"
    (low, least), (high, most) = ends[0], ends[-1]
    return f"{share(high, 1)} of {most} reached “{last}”, {share(low, 1)} of {least}"


def _top(found: Branches, step: int, branch: int) -> int:
    return step * _row_height(found) + LINE_HEIGHT + branch * BAR


def _data(found: Branches) -> Iterator[Part]:
    for number, (branch, color) in enumerate(zip(found.branches, theme.SERIES, strict=False)):
        middles = [_top(found, step, number) + BAR / 2 for step in range(len(found.steps))]
        place: dict[str, Plain] = {"y": middles, "width": BAR - 4, "orientation": "h"}
        whole = branch.reached[0]
        track: dict[str, Plain] = {"x": [1] * len(middles), "marker": {"color": theme.SUNKEN}, "hoverinfo": "text"}
        told = [_hover(found, branch, step) for step in range(len(middles))]
        yield {"type": "bar", **place, **track, "hovertext": told, "customdata": [branch.href] * len(middles)}
        parts = [reached / whole if whole >= ENOUGH else None for reached in branch.reached]
        yield {"type": "bar", **place, "x": parts, "marker": {"color": color}, "hoverinfo": "skip"}


def _texts(found: Branches) -> Iterator[Part]:
    for step, label in enumerate(found.steps):
        yield theme.words(f"{step + 1}  {shown(label)}", 0, step * _row_height(found))
        for number, branch in enumerate(found.branches):
            yield from _numbers(branch, step, _top(found, step, number) + BAR / 2)


def _numbers(branch: Branch, step: int, middle: float) -> Iterator[Part]:
    """In the margin on the right: how many, and which share of the part that is."""
    whole, beside = branch.reached[0], 2 * theme.COUNTS
    right: dict[str, Plain] = {"xanchor": "right", "yanchor": "middle"}
    strong = theme.font(theme.INK, weight=theme.BOLD)
    yield theme.words(count(branch.reached[step]), 1, middle, **right, xshift=beside - theme.SHARES, font=strong)
    part = share(branch.reached[step] / whole) if whole >= ENOUGH else TOO_FEW
    yield theme.words(part, 1, middle, **right, xshift=beside, font=theme.font(theme.INK_2))


def _hover(found: Branches, branch: Branch, step: int) -> str:
    reached, first = branch.reached[step], branch.reached[0]
    said = [f"{shown(branch.name)}: {shown(found.steps[step])}"]
    said.append(f"{count(reached)} {found.counted}, {rate(reached, first)} of the first")
    if step:
        before = branch.reached[step - 1]
        said.append(f"{count(before - reached)} left before it, {rate(before - reached, before)}")
    return "<br>".join(said)


def _cells(found: Branches, step: int) -> tuple[Cell, ...]:
    return (Cell(found.steps[step]), *map(Cell, _said(found.branches, step)))


def _said(branches: Sequence[Branch], step: int) -> Iterator[str]:
    for branch in branches:
        yield f"{count(branch.reached[step])} ({rate(branch.reached[step], branch.reached[0])})"
