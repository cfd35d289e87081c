"""Where visitors are: the world by country, the US by state. Countries too small to be seen stand in the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import floor, log10

from backend.analytics.figures import theme
from backend.analytics.figures.bars import Bar, Ranking, columns, finding, ranked, table
from backend.analytics.figures.figure import Figure, Key, Plain, PlotlyPart, Shapes, nothing, shown
from backend.analytics.figures.quantity import Quantity, QuantityUnit, rests_on
from backend.formats import count

CLASSES = len(theme.SEQUENCE)
HEIGHT = 420
VIEWS: dict[Shapes, PlotlyPart] = {
    Shapes.WORLD: {
        "projection": {"type": "equal earth"},
        "lataxis": {"range": [-60, 85]},
        "lonaxis": {"range": [-170, 180]},
    },
    Shapes.US_STATES: {"scope": "usa", "projection": {"type": "albers usa"}},
}
DIMENSIONS = {Shapes.WORLD: "country", Shapes.US_STATES: "state"}


@dataclass(frozen=True, slots=True)
class MapPlace:
    """`code` as events carry it: DE, US-CA. Its value is None where too few were counted."""

    code: str
    name: str
    value: float | None
    n: int
    previous: float | None = None
    href: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class MapPlaces:
    """`unknown`: how many of n came from an unknown place, and so are on no map."""

    quantity: Quantity
    shapes: Shapes
    places: tuple[MapPlace, ...]
    total: float | None
    n: int
    counted: str
    unknown: int = 0
    compared: str = ""
    previous_total: float | None = None
    part: str = ""
    parted: str = ""


@cache
def country_names() -> dict[str, str]:
    """English names by ISO 3166 code, from the time zone database."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#")) | {"XK": "Kosovo"}


def geography(places: MapPlaces) -> Figure:
    """A map in steps of one hue, the deepest for the most."""
    ranking = _ranking(places)
    if not places.places:
        known = " with a known location" if places.unknown else ""
        why = f"No visitors{known} came in this period."
        return nothing(f"{places.quantity.none} on the map", why, places.counted, columns(ranking))
    ordered = ranked(ranking.bars)
    title = finding(ranking, ordered)
    drawn = [place for place in places.places if place.value is not None]
    values = [place.value or 0 for place in drawn]
    limits = classes(places.quantity, values) if values else ()
    return Figure(
        title=title,
        description=f"Map: {places.quantity.noun} by {ranking.dimension}, {len(drawn)} of them shaded. {title}.",
        n=places.n,
        counted=rests_on(places.counted, places.part, places.parted),
        table=table(ranking, ordered),
        height=HEIGHT,
        data=(_ground(), _shaded(places, drawn, limits)) if drawn else (_ground(),),
        layout=theme.layout(HEIGHT, hovermode="closest", geo=_view(places.shapes)),
        shapes=places.shapes,
        legend=_legend(places.quantity, limits, max(values)) if drawn else (),
        note=f"{count(places.unknown)} of {count(places.n)} {places.counted} came from an unknown location."
        if places.unknown
        else "",
    )


def classes(quantity: Quantity, values: Sequence[float]) -> tuple[float, ...]:
    """Where each class begins: even steps of rates; of counts, which lean to one giant, 0 and steps of 1, 3, 10, ..."""
    low, high = min((value for value in values if value), default=0), max(values)
    if not quantity.adds:
        starts = [tick for tick in quantity.ticks(0, high) if tick < high]
        return tuple(starts[-CLASSES:]) or (0.0,)
    unit = 100.0 if quantity.unit is QuantityUnit.CENTS else 1.0
    powers = range(floor(log10(max(low, unit) / unit)), floor(log10(max(high, unit) / unit)) + 1)
    starts = [part * 10**power * unit for power in powers for part in (1, 3) if part * 10**power * unit <= high]
    while len(starts) > 1 and starts[1] <= low:
        starts = starts[1:]
    none = (0.0,) if 0 in values else ()
    room = CLASSES - len(none)
    if len(starts) > room:
        starts = [start for start in starts if f"{start:e}"[0] == "1"][-room:]
    return (*none, *starts) or (unit,)


def _ranking(places: MapPlaces) -> Ranking:
    bars = tuple(Bar(p.name, p.value, p.n, p.previous, p.href, p.part) for p in places.places)
    dimension = DIMENSIONS[places.shapes]
    return Ranking(
        places.quantity,
        dimension,
        bars,
        places.total,
        places.n,
        places.counted,
        places.compared,
        places.previous_total,
        part=places.part,
        parted=places.parted,
    )


def _view(shapes: Shapes) -> PlotlyPart:
    """Only what traces draw: Plotly's own layers would be fetched from elsewhere."""
    return {"visible": False, "bgcolor": theme.SURFACE, **VIEWS[shapes]}


def _map(line: str, **parts: Plain) -> PlotlyPart:
    edge: PlotlyPart = {"color": line, "width": 0.6}
    return {"type": "choropleth", "locationmode": "geojson-id", "showscale": False, "marker": {"line": edge}, **parts}


def _ground() -> PlotlyPart:
    """Every place there is, as one of which nothing is known; the browser has the list."""
    flat: list[Plain] = [[0, theme.SUNKEN], [1, theme.SUNKEN]]
    return _map(theme.LINE, locations=[], z=[], colorscale=flat, zmin=0, zmax=1, hoverinfo="skip")


def _shaded(places: MapPlaces, drawn: Sequence[MapPlace], limits: Sequence[float]) -> PlotlyPart:
    steps = _colors(len(limits))
    scale: list[Plain] = [[edge / len(steps), color] for at, color in enumerate(steps) for edge in (at, at + 1)]
    return _map(
        theme.SURFACE,
        locations=[place.code for place in drawn],
        z=[sum(limit <= (place.value or 0) for limit in limits) - 0.5 for place in drawn],
        zmin=0,
        zmax=len(limits),
        colorscale=scale,
        hoverinfo="text",
        text=[_hover(places, place) for place in drawn],
        customdata=[place.href for place in drawn],
    )


def _colors(number: int) -> tuple[str, ...]:
    """The deepest of the scale, spread out; never the palest, which is the ground's."""
    deep = theme.SEQUENCE[1:]
    if number >= CLASSES:
        return theme.SEQUENCE
    if number == 1:
        return (deep[-2],)
    return tuple(deep[round(step * (len(deep) - 1) / (number - 1))] for step in range(number))


def _legend(quantity: Quantity, limits: Sequence[float], greatest: float) -> tuple[Key, ...]:
    colors = [f"swatch--q{color.rpartition('-')[2]}" for color in _colors(len(limits))]
    texts = [_between(quantity, start, end) for start, end in pairwise(limits)]
    texts.append(quantity.tick(limits[-1]) + (" or more" if greatest else ""))
    return tuple(Key(color, text) for color, text in zip(colors, texts, strict=True))


def _between(quantity: Quantity, start: float, end: float) -> str:
    if quantity.unit is QuantityUnit.COUNT:
        return quantity.tick(start) if end == start + 1 else f"{quantity.tick(start)}–{quantity.tick(end - 1)}"
    return f"{quantity.tick(start)} to {quantity.tick(end)}"


def _hover(places: MapPlaces, place: MapPlace) -> str:
    quantity = places.quantity
    lines = [shown(place.name), f"{quantity.name}: {quantity.say(place.value)}"]
    if places.counted != quantity.noun:
        lines.append(f"n = {count(place.n)} {rests_on(places.counted, place.part, places.parted)}")
    if places.compared and (change := quantity.change(place.value, place.previous)):
        lines.append(f"{change.words} from {places.compared}")
    return "<br>".join(lines)
