"""What all lines over time share: the line, its bucket that is not whole, its scales."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from backend.analytics.figures import moments, theme
from backend.analytics.figures.figure import Cell, Mark, Plain, PlotlyPart
from backend.analytics.figures.interval import Interval, wilson
from backend.analytics.figures.quantity import Quantity, QuantityUnit

HEIGHT = 240
TOP, BOTTOM = 16, 28
DOT, OPEN_DOT = 6, 7


def pointed_at(places: int, height: float) -> PlotlyPart:
    """A place to point at for each bucket, also where it has no value."""
    hidden: dict[str, Plain] = {"mode": "markers", "marker": {"color": theme.NOWHERE, "size": 1}}
    return _line([height] * places, theme.line(theme.NOWHERE), **hidden)


def earlier(values: Sequence[float | None]) -> PlotlyPart:
    """The compared period: paler and dashed."""
    return _line(values, theme.line(theme.COMPARE, 1.5, theme.DASHED))


def drawn(
    values: Sequence[float | None],
    quantity: Quantity,
    color: str,
    partial: Sequence[int] = (),
    ns: Sequence[int] = (),
    aside: float = 0,
) -> Iterator[PlotlyPart]:
    """The line of whole buckets, and each partial one dotted beside it.

    What a partial bucket counts grows from zero, so it is a column that fills up and not a line that falls; a rate of
    part of a day is a rate, so it goes on from the one before. `ns`: on how many each rate rests. `aside`: how far
    beside its bucket it is drawn, so that several intervals can be told apart.
    """
    whole = [None if place in partial else value for place, value in enumerate(values)]
    dots = [DOT if is_alone else 0 for is_alone in _alone(whole)]
    parts: dict[str, Plain] = {"mode": "lines+markers", "marker": {"color": color, "size": dots, "opacity": 1}}
    parts["x"] = [place + aside for place in range(len(values))]
    intervals = [interval(quantity, value, n) for value, n in zip(whole, ns, strict=False)]
    if any(intervals):
        parts["error_y"] = _whiskers(whole, intervals, f"{color}/40")
    yield _line(whole, theme.line(color), **parts)
    for place in partial:
        if values[place] is not None:
            yield _partial(values, place, color, goes_on=quantity.is_mean)


def _partial(values: Sequence[float | None], place: int, color: str, *, goes_on: bool) -> PlotlyPart:
    before = place - 1 if goes_on and place and values[place - 1] is not None else place
    foot = values[before] if goes_on else 0
    marker: PlotlyPart = {"color": theme.SURFACE, "size": [0, OPEN_DOT], "line": {"color": color, "width": [0, 1.5]}}
    ends: dict[str, Plain] = {"x": [before, place], "mode": "lines+markers", "marker": marker, "cliponaxis": False}
    return _line([foot, values[place]], theme.line(color, 2, theme.DOTTED), **ends)


def goal(value: float, buckets: int) -> PlotlyPart:
    """The line of a goal, level over all buckets."""
    return _line([value] * buckets, theme.line(theme.INK_2, 1.5, theme.GOAL))


def area(values: Sequence[float | None], color: str) -> PlotlyPart | None:
    """What is under a line that has no gap."""
    known = [place for place, value in enumerate(values) if value is not None]
    if len(known) < 2 or known[-1] - known[0] + 1 != len(known):
        return None
    ends: dict[str, Plain] = {"x": known, "fill": "tozeroy", "fillcolor": color}
    return _line([values[place] for place in known], theme.line(theme.NOWHERE, 0), **ends)


def interval(quantity: Quantity, value: float | None, n: int) -> Interval | None:
    """How sure a rate is; None of what is no rate."""
    is_rate = quantity.unit is QuantityUnit.SHARE and value is not None and n
    return wilson(min(value or 0, 1), n) if is_rate else None


def _whiskers(values: Sequence[float | None], intervals: Sequence[Interval | None], color: str) -> PlotlyPart:
    pairs = list(zip(values, intervals, strict=True))
    up = [each.high - (value or 0) if each else 0 for value, each in pairs]
    down = [(value or 0) - each.low if each else 0 for value, each in pairs]
    look: dict[str, Plain] = {"color": color, "thickness": 1.5, "width": 0}
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, **look}


def _line(values: Sequence[float | None], line: PlotlyPart, **parts: Plain) -> PlotlyPart:
    shape: dict[str, Plain] = {"type": "scatter", "mode": "lines", "x": list(range(len(values))), "y": list(values)}
    return {**shape, "line": line, "connectgaps": False, "hoverinfo": "none", **parts}


def _alone(values: Sequence[float | None]) -> Iterable[bool]:
    """Which points have no neighbor to draw a line to."""
    around = [None, *values, None]
    for before, value, after in zip(around, values, around[2:], strict=False):
        yield value is not None and before is None and after is None


def layout(
    quantity: Quantity,
    grain: moments.Grain,
    at: Sequence[datetime],
    values: Sequence[float | None],
    marks: Sequence[tuple[float, Mark]] = (),
) -> PlotlyPart:
    """The scales: from zero upward, and as many words for the moments as fit."""
    known = [value for value in values if value is not None]
    across, up = moments.ticks(at, grain), quantity.ticks(min(known), max(known))
    texts = [quantity.tick(value) for value in up]
    edge = max(0.02 * (len(at) - 1), 0.3 if len(at) < 3 else 0)
    return theme.layout(
        HEIGHT,
        margin={"l": 10 + 8 * max(map(len, texts)), "r": 10, "t": TOP, "b": BOTTOM, "pad": 0},
        hovermode="x",
        hoverdistance=-1,
        spikedistance=-1,
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


def number(quantity: Quantity, value: float | None) -> Cell:
    return Cell(quantity.say(value), muted=value is None)
