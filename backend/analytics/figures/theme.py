"""The one look of all charts. Colours are names of CSS tokens (`--cat-1/12` takes 12% of its ink); the browser, which
knows whether it is light or dark, looks them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from backend.analytics.figures.figure import Plain, PlotlyPart

SURFACE, RAISED, SUNKEN = "--surface", "--raised", "--sunken"
INK, INK_2, INK_3 = "--ink", "--ink-2", "--ink-3"
LINE, LINE_STRONG, GRID, AXIS = "--line", "--line-strong", "--grid", "--axis"
MAIN, AREA, COMPARE, LEFT = "--cat-1", "--cat-1/10", "--compare", "--band/55"
MOST_SERIES = 4  # lines that can be told apart
SWATCHES = 8  # categorical colors, --cat-1 to --cat-8
# What everybody knows has a color of its own; the rest has one by its name.
KNOWN: Mapping[str, tuple[str | None, ...]] = {
    "source": ("google", "direct", "linkedin", "newsletter", "bing", "facebook", "chatgpt", "partner"),
    "medium": ("organic", None, "email", "social", "cpc", "referral", "display", "affiliate"),
    "device": ("desktop", "mobile", "tablet", None),
    "risk_level": ("medium", "high", "low", None),
}
SEQUENCE = tuple(f"--seq-{step}" for step in range(1, 8))
NOWHERE = "--surface/0"  # of what is there only to be pointed at
TONES = {"better": "--better", "worse": "--worse"}
SOLID, DASHED, DOTTED, GOAL = "solid", "4px,3px", "2px,4px", "10px,3px"
SMALL, TEXT = 12, 13
BOLD = 600  # not <b>, for which Plotly writes a style attribute, which our policy forbids
SHARES, COUNTS, CHANGES = 46, 64, 62  # pixels for a column of percentages, of counts, of changes
WIDE = "wide"  # the name of text that a narrow chart leaves out


def color_of(dimension: str, value: str | None) -> int:
    """The number of a thing's color, 1 to 8: the same on every chart, whatever its rank there."""
    known = KNOWN.get(dimension, ())
    if value in known:
        return known.index(value) + 1
    return sha256(f"{dimension}={value or ''}".encode()).digest()[0] % SWATCHES + 1


def colors_of(dimension: str, values: Iterable[str | None]) -> dict[str | None, int]:
    """A color for each thing of one chart. Of two with the same, the later by name takes the next that is free."""
    known = KNOWN.get(dimension, ())
    colors: dict[str | None, int] = {}
    for value in sorted(set(values), key=lambda value: (value not in known, value or "")):
        first = color_of(dimension, value)
        turn = ((first + step - 1) % SWATCHES + 1 for step in range(SWATCHES))
        colors[value] = next((color for color in turn if color not in colors.values()), first)
    return colors


def known_colors(dimension: str) -> dict[str | None, int]:
    """The colors of what everybody knows, where a dimension has such."""
    return {value: number for number, value in enumerate(KNOWN.get(dimension, ()), 1)}


def ink(color: int) -> str:
    """The token of a color's number; 0 is of what has none where others do."""
    return f"--cat-{color}" if color else AXIS


def font(color: str, size: int = SMALL, weight: int = 400) -> PlotlyPart:
    return {"family": "--font-sans", "size": size, "color": color, "weight": weight}


def layout(height: int, **parts: Plain) -> PlotlyPart:
    """The layout of every chart: no legend, no zoom (a page scrolls over it), no margins."""
    return {
        "height": height,
        "autosize": True,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
        "paper_bgcolor": SURFACE,
        "plot_bgcolor": SURFACE,
        "font": font(INK_3),
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {"bgcolor": RAISED, "bordercolor": LINE_STRONG, "font": font(INK, TEXT), "align": "left"},
        **parts,
    }


def axis(**parts: Plain) -> PlotlyPart:
    """A hidden, fixed axis; `parts` show what is needed."""
    hidden: dict[str, Plain] = {"showgrid": False, "zeroline": False, "showline": False, "showticklabels": False}
    return {"fixedrange": True, "ticks": "", "automargin": False, **hidden, **parts}


def labels(places: Sequence[float], texts: Sequence[str]) -> PlotlyPart:
    """Ticks where we say, in words that we chose, never turned."""
    return {
        "tickmode": "array",
        "tickvals": list(places),
        "ticktext": list(texts),
        "tickangle": 0,
        "tickfont": font(INK_3),
        "showticklabels": True,
    }


def line(color: str, width: float = 2, dash: str = SOLID) -> PlotlyPart:
    return {"color": color, "width": width, "dash": dash}


def words(text: str, x: float, y: float, **parts: Plain) -> PlotlyPart:
    """Text in a chart: `x` in shares of the width, `y` on the axis."""
    place: dict[str, Plain] = {"x": x, "y": y, "xref": "paper", "yref": "y", "xanchor": "left", "yanchor": "top"}
    return {
        "text": text,
        "showarrow": False,
        "borderpad": 0,
        "font": font(INK, TEXT),
        "align": "left",
        **place,
        **parts,
    }
