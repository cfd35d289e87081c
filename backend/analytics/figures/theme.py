"""The one look of all charts. Colours are names of CSS tokens (`--cat-1/12` takes 12% of its ink); the browser, which
knows whether it is light or dark, looks them up.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.analytics.figures.figure import Plain, PlotlyPart

SURFACE, RAISED, SUNKEN = "--surface", "--raised", "--sunken"
INK, INK_2, INK_3 = "--ink", "--ink-2", "--ink-3"
LINE, LINE_STRONG, GRID, AXIS = "--line", "--line-strong", "--grid", "--axis"
MAIN, AREA, COMPARE, LEFT = "--cat-1", "--cat-1/10", "--compare", "--band/55"
SERIES = ("--cat-1", "--cat-2", "--cat-3", "--cat-4")
SEQUENCE = tuple(f"--seq-{step}" for step in range(1, 8))
SOLID, DASHED, DOTTED = "solid", "4px,3px", "2px,4px"
SMALL, TEXT = 12, 13
BOLD = 600  # not <b>, for which Plotly writes a style attribute, which our policy forbids
SHARES, COUNTS = 46, 64  # pixels for a column of percentages, of counts
WIDE = "wide"  # the name of text that a narrow chart leaves out


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
