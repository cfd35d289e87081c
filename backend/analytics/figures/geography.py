"""Where visitors are: the world by country, the US by state. Countries too small to be seen stand in the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import floor, log10

from backend.analytics.figures import theme
from backend.analytics.figures.bars import Bar, Ranking, columns, finding, ranked, table, tip
from backend.analytics.figures.figure import Figure, FigureTable, Key, Plain, PlotlyPart, Shapes, nothing
from backend.analytics.figures.quantity import Quantity, QuantityUnit, rests_on
from backend.formats import count

CLASSES = 5  # of a hue, and none so pale that it could be the ground
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
    previous_n: int = 0


@dataclass(frozen=True, slots=True)
class MapPlaces:
    """`unknown`: how many of n came from an unknown place, and so are on no map. `limits`: where classes begin that
    several maps share.
    """

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
    previous_n: int = 0
    limits: tuple[float, ...] = ()


@cache
def country_names() -> dict[str, str]:
    """English names by ISO 3166 code, from the time zone database."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#")) | {"XK": "Kosovo"}


def geography(places: MapPlaces) -> Figure:
    """A map in steps of one hue, the deepest for the most, with its places as a list."""
    ranking = _ranking(places)
    if not places.places:
        known = " with a known location" if places.unknown else ""
        why = f"No visitors{known} came in this period."
        return nothing(f"{places.quantity.none} on the map", why, places.counted, columns(ranking))
    ordered, drawn = ranked(ranking.bars), shaded_places(places)
    title, limits = finding(ranking, ordered), places.limits or shared_classes(places)
    return Figure(
        title=title,
        description=f"Map: {places.quantity.noun} by {ranking.dimension}, {len(drawn)} of them shaded. {title}.",
        n=places.n,
        counted=rests_on(places.counted, places.part, places.parted),
        table=_listed(ranking, ordered, limits),
        height=HEIGHT,
        data=(_ground(), _shaded(drawn, limits)) if drawn else (_ground(),),
        layout=theme.layout(HEIGHT, hovermode="closest", geo=_view(places.shapes)),
        shapes=places.shapes,
        legend=_legend(places.quantity, limits, places) if limits else (),
        tips=tuple(tip(ranking, _bar(place)) for place in drawn),
        note=f"{count(places.unknown)} of {count(places.n)} {places.counted} came from an unknown location."
        if places.unknown
        else "",
    )


def shaded_places(places: MapPlaces) -> list[MapPlace]:
    """The places that have a value; where too few came, there is none."""
    return [place for place in places.places if place.value is not None]


def shared_classes(*maps: MapPlaces) -> tuple[float, ...]:
    """Classes for all of the maps, so that one legend explains them."""
    values = [place.value or 0 for places in maps for place in shaded_places(places)]
    return classes(maps[0].quantity, values) if values else ()


def _listed(ranking: Ranking, ordered: Sequence[Bar], limits: Sequence[float]) -> FigureTable:
    """The table, in which each place has the swatch of its class."""
    whole = table(ranking, ordered, short=True)
    rows = (
        (replace(row[0], swatch=_swatch(bar.value, limits)), *row[1:])
        for bar, row in zip(ordered, whole.rows, strict=True)
    )
    return replace(whole, rows=tuple(rows))


def _swatch(value: float | None, limits: Sequence[float]) -> str:
    return _swatches(len(limits))[_class(value, limits)] if value is not None and limits else "swatch--none"


def _class(value: float, limits: Sequence[float]) -> int:
    return max(sum(limit <= value for limit in limits) - 1, 0)


def classes(quantity: Quantity, values: Sequence[float]) -> tuple[float, ...]:
    """Where each class begins: even steps of rates; of counts, which lean to one giant, 0 and steps of 1, 3, 10, ..."""
    low, high = min((value for value in values if value), default=0), max(values)
    if not quantity.adds:
        starts = [tick for tick in quantity.ticks(0, high) if tick < high]
        return (starts[0], *starts[1:][1 - CLASSES :]) if starts else (0.0,)
    unit = 100.0 if quantity.unit is QuantityUnit.CENTS else 1.0
    powers = range(floor(log10(max(low, unit) / unit)), floor(log10(max(high, unit) / unit)) + 1)
    starts = [part * 10**power * unit for power in powers for part in (1, 3) if part * 10**power * unit <= high]
    while len(starts) > 1 and starts[1] <= low:
        starts = starts[1:]
    none = (0.0,) if 0 in values else ()
    room = CLASSES - len(none)
    if len(starts) > room:
        least = 10.0 ** floor(log10(starts[0] / unit)) * unit  # 3 to 9 are of the class that begins with 1
        starts = [least, *(start for start in starts[1:] if f"{start:e}"[0] == "1")]
        starts = starts if len(starts) <= room else [starts[0], *starts[1 - room :]]
    return (*none, *starts) or (unit,)


def _bar(place: MapPlace) -> Bar:
    return Bar(place.name, place.value, place.n, place.previous, place.href, place.part, previous_n=place.previous_n)


def _ranking(places: MapPlaces) -> Ranking:
    return Ranking(
        places.quantity,
        DIMENSIONS[places.shapes],
        tuple(map(_bar, places.places)),
        places.total,
        places.n,
        places.counted,
        places.compared,
        places.previous_total,
        part=places.part,
        parted=places.parted,
        previous_n=places.previous_n,
    )


def _view(shapes: Shapes) -> PlotlyPart:
    """Only what traces draw: Plotly's own layers would be fetched from elsewhere."""
    return {"visible": False, "bgcolor": theme.SURFACE, **VIEWS[shapes]}


def _map(line: str, **parts: Plain) -> PlotlyPart:
    edge: PlotlyPart = {"color": line, "width": 0.6}
    return {"type": "choropleth", "locationmode": "geojson-id", "showscale": False, "marker": {"line": edge}, **parts}


def _ground() -> PlotlyPart:
    """Every place there is, as one of which nothing is known; the browser has the list."""
    flat: list[Plain] = [[0, theme.GRID], [1, theme.GRID]]
    return _map(theme.COMPARE, locations=[], z=[], colorscale=flat, zmin=0, zmax=1, hoverinfo="skip")


def _shaded(drawn: Sequence[MapPlace], limits: Sequence[float]) -> PlotlyPart:
    steps = _colors(len(limits))
    scale: list[Plain] = [[edge / len(steps), color] for at, color in enumerate(steps) for edge in (at, at + 1)]
    return _map(
        theme.SURFACE,
        locations=[place.code for place in drawn],
        z=[_class(place.value or 0, limits) + 0.5 for place in drawn],
        zmin=0,
        zmax=len(limits),
        colorscale=scale,
        hoverinfo="none",
    )


def _colors(number: int) -> tuple[str, ...]:
    """The deep of the scale, spread out: the pale could be the ground, most of all where that is dark."""
    deep = theme.SEQUENCE[2:]
    if number == 1:
        return (deep[-2],)
    return tuple(deep[round(step * (len(deep) - 1) / (number - 1))] for step in range(number))


def _swatches(number: int) -> list[str]:
    return [f"swatch--q{color.rpartition('-')[2]}" for color in _colors(number)]


def _legend(quantity: Quantity, limits: Sequence[float], places: MapPlaces) -> tuple[Key, ...]:
    texts = [_between(quantity, start, end) for start, end in pairwise(limits)]
    greatest = max((place.value or 0 for place in shaded_places(places)), default=0)
    texts.append(quantity.tick(limits[-1]) + (" or more" if greatest or places.limits else ""))
    return tuple(Key(color, text) for color, text in zip(_swatches(len(limits)), texts, strict=True))


def _between(quantity: Quantity, start: float, end: float) -> str:
    if quantity.unit is QuantityUnit.COUNT:
        return quantity.tick(start) if end == start + 1 else f"{quantity.tick(start)}–{quantity.tick(end - 1)}"
    return f"{quantity.tick(start)} to {quantity.tick(end)}"
