"""Made-up rows for every chart: four weeks of visits, as a dashboard would have them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sin

from backend.analytics.figures.bars import Bar, Ranking, bars
from backend.analytics.figures.figure import Shapes
from backend.analytics.figures.geography import MapPlace, MapPlaces, country_names, geography
from backend.analytics.figures.lines import ChartAnnotation, Point, Trend, lines
from backend.analytics.figures.parts import Parts, Series, several
from backend.analytics.figures.quantity import Quantity, QuantityUnit
from backend.analytics.figures.theme import colors_of
from backend.analytics.figures.tiles import Tile, TileValue, tile

SESSIONS = Quantity("sessions")
REVENUE = Quantity("revenue", QuantityUnit.CENTS)
CONVERSION = Quantity("conversion", QuantityUnit.SHARE, adds=False)
BEFORE = "the previous 28 days"
FIRST = datetime(2026, 10, 25, tzinfo=UTC)
DAYS = tuple(FIRST + timedelta(days=day) for day in range(28))
HOSTILE = '<img src=x onerror=alert(1)><a href="javascript:alert(2)">& more</a>'


def daily(day: int) -> int:
    return round(660 + 110 * sin(day / 7 * 6.28) + 4 * day)


def trend(**changes: object) -> Trend:
    """Sessions of 28 days beside the 28 before; the last day counts until 2:32 PM."""
    points = tuple(
        Point(at, 401 if day == 27 else daily(day), at - timedelta(days=28), daily(day - 28) - 20)
        for day, at in enumerate(DAYS)
    )
    annotations = (
        ChartAnnotation(datetime(2026, 11, 3, 9, tzinfo=UTC), "New first question"),
        ChartAnnotation(datetime(2026, 11, 16, 15, tzinfo=UTC), "Newsletter to 12,000 people"),
    )
    values: dict[str, object] = {
        "quantity": SESSIONS,
        "grain": "day",
        "points": points,
        "total": sum(point.value or 0 for point in points),
        "n": 18_402,
        "counted": "sessions",
        "compared": BEFORE,
        "previous_total": sum(point.previous or 0 for point in points),
        "until": "until 2:32 PM",
        "annotations": annotations,
    }
    return Trend(**{**values, **changes})  # type: ignore[arg-type]


def sparse() -> Trend:
    """A rate that rests on too few on most days."""
    points = tuple(Point(at, None if day % 3 or day > 20 else 0.02 + day / 500) for day, at in enumerate(DAYS))
    return trend(quantity=CONVERSION, points=points, total=0.031, compared="", until="", annotations=(), n=412)


def hours() -> Trend:
    began = datetime(2026, 11, 20, 15, tzinfo=UTC)
    points = tuple(Point(began + timedelta(hours=hour), 12 + 9 * sin(hour / 4) + hour // 6) for hour in range(24))
    whole = tuple(Point(point.at, round(point.value or 0)) for point in points)
    return trend(grain="hour", points=whole, total=341, n=341, compared="", until="until 2:32 PM", annotations=())


def parts() -> Parts:
    shares = {"google": 2, "newsletter": 4, "direct": 6, "linkedin": 11}
    colors = colors_of("source", shares)
    series = tuple(
        Series(
            name,
            tuple(daily(day) // divisor for day in range(28)),
            sum(daily(day) for day in range(28)) / divisor,
            colors[name],
        )
        for name, divisor in shares.items()
    )
    return Parts(SESSIONS, "day", DAYS, series, 18_402, "sessions", "until 2:32 PM")


def rate_parts() -> Parts:
    """The conversion of sources by week: one source has only a week of enough, one has none."""
    weeks = tuple(FIRST + timedelta(weeks=week) for week in range(4))
    rows = (
        ("google", (0.02, 0.031, 0.025, 0.04), (410, 390, 402, 377)),
        ("newsletter", (0.1, None, 0.12, 0.15), (30, 4, 25, 40)),
        ("bing", (None, 0.2, None, None), (8, 10, 3, 2)),
        ("a partner", (None,) * 4, (5, 6, 5, 4)),
    )
    colors = colors_of("source", [name for name, _, _ in rows])
    series = tuple(Series(name, values, 0.1, colors[name], ns, sum(ns)) for name, values, ns in rows)
    note = "Most days have fewer than 10, so these are weeks."
    return Parts(CONVERSION, "week", weeks, series, 1_721, "visitors with a result", note=note)


def ranking() -> Ranking:
    """Revenue by source, with one name that tries to be more than a name."""
    bars = (
        Bar("google / organic", 243_100, 74, 210_000, "/analytics/revenue?source=google"),
        Bar("newsletter / email", 170_200, 41, 180_400, "/analytics/revenue?source=newsletter"),
        Bar("direct / none", 86_800, 27, 80_100),
        Bar("linkedin / social", 51_700, 14, 40_000),
        Bar("bing / organic", 24_600, 8, 31_600),
        Bar("a partner whose campaign was given a very long name indeed / referral", 12_000, 4, None),
        Bar(HOSTILE, 3_000, 1, None),
    )
    earlier = tuple(replace(bar, previous_n=round((bar.previous or 0) / 3_000)) for bar in bars)
    return Ranking(REVENUE, "source", earlier, 591_400, 169, "payments", BEFORE, 542_100, others=3, previous_n=158)


def rates() -> Ranking:
    """Conversion by industry, one of them on too few."""
    names = (
        ("Health care", 0.061, 1204),
        ("Education", 0.047, 830),
        ("Retail trade", 0.0391, 712),
        ("Management of companies and enterprises", 0.031, 96),
        ("Utilities", 0.0, 31),
        ("Mining", None, 6),
    )
    return Ranking(CONVERSION, "industry", tuple(Bar(*row) for row in names), 0.041, 2879, "offers")


def world() -> MapPlaces:
    counts = {"US": 12_011, "GB": 1_320, "CA": 1_104, "IN": 940, "DE": 611, "AU": 402, "BR": 210, "RU": 120, "FR": 96}
    counts |= {"MX": 71, "ZA": 33, "JP": 28, "KE": 12, "NZ": 9, "SG": 8, "FJ": 4, "MT": 2, "IS": 1}
    names = country_names()
    places = tuple(
        MapPlace(code, names[code], n, n, n * 0.9, f"/analytics?country={code}") for code, n in counts.items()
    )
    return MapPlaces(SESSIONS, Shapes.WORLD, places, 17_202, 17_202, "sessions", 220, BEFORE, 16_000)


def states() -> MapPlaces:
    rows = (("CA", "California", 0.062, 2210), ("NY", "New York", 0.051, 1290), ("TX", "Texas", 0.033, 1108))
    rows += (("FL", "Florida", 0.021, 803), ("WA", "Washington", 0.044, 512), ("AK", "Alaska", 0.08, 31))
    places = tuple(
        MapPlace(f"US-{code}", name, share, n) for code, name, share, n in (*rows, ("WY", "Wyoming", None, 7))
    )
    return MapPlaces(CONVERSION, Shapes.US_STATES, places, 0.041, 5961, "offers")


def some_tiles() -> tuple[Tile, ...]:
    seconds = Quantity("time to result", QuantityUnit.SECONDS, adds=False, less_is_better=True)
    made = (
        ("Sessions", SESSIONS, "all visits", TileValue(18_402, 18_402), TileValue(17_328, 17_328)),
        ("Saw the result", CONVERSION, "7,318 of 18,402 sessions", TileValue(0.398, 18_402), TileValue(0.384, 17_328)),
        ("Paid", CONVERSION, "169 of 4,105 offers", TileValue(0.0412, 4105), TileValue(0.0432, 3900)),
        ("Revenue", REVENUE, "n = 169 payments", TileValue(591_400, 169), TileValue(542_100, 158)),
        ("Time to result", seconds, "median; n = 7,318 results", TileValue(161, 7318), TileValue(169, 6654)),
    )
    return tuple(
        tile(label, quantity, now, then, n, href="/analytics/funnel" if not place else "", current=not place)
        for place, (label, quantity, n, now, then) in enumerate(made)
    )


FIGURES = {
    "trend": lines(trend()),
    "a rate with gaps": lines(sparse()),
    "hours": lines(hours()),
    "one day": lines(trend(points=trend().points[-1:])),
    "so far": lines(trend(until="", so_far=Point(FIRST + timedelta(days=28), 32))),
    "parts": several(parts()),
    "parts of a rate": several(rate_parts()),
    "bars": bars(ranking()),
    "rates": bars(rates()),
    "world": geography(world()),
    "states": geography(states()),
}
