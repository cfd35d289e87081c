"""How the moments of an axis read: short on it, long where one is pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Literal, TypeAlias

Grain: TypeAlias = Literal["minute", "hour", "day", "week", "month"]
MOST_TICKS = 8
STEPS = {
    "minute": (5, 10, 15, 30, 60),
    "hour": (1, 2, 3, 6, 12, 24, 48, 168),
    "day": (1, 2, 7, 14, 28, 56, 91),
    "week": (1, 2, 4, 13),
    "month": (1, 3),
}
HEADINGS = {"minute": "Time", "hour": "Hour", "day": "Day", "week": "Week", "month": "Month"}


def long(at: datetime, grain: str, *, year: bool = False) -> str:
    """Sat, Nov 21 at 2 PM; Week of Nov 16; November 2026"""
    if grain == "month":
        return f"{at:%B %Y}"
    if grain == "minute":
        return _minute(at)
    after = f", {at.year}" if year else ""
    day = f"{at:%b} {at.day}{after}"
    if grain == "week":
        return f"Week of {day}"
    return f"{at:%a}, {day}" + (f" at {_hour(at)}" if grain == "hour" else "")


def when(at: datetime, grain: str, *, year: bool = False) -> str:
    """on Saturday, November 21; at 2 PM on it; in the week of November 16; in November 2026"""
    day = f"{at:%B} {at.day}" + (f", {at.year}" if year else "")
    match grain:
        case "month":
            return f"in {at:%B %Y}"
        case "week":
            return f"in the week of {day}"
        case "hour":
            return f"at {_hour(at)} on {at:%A}, {day}"
        case "minute":
            return f"at {_minute(at)}"
        case _:
            return f"on {at:%A}, {day}"


def span(first: datetime, last: datetime, grain: str) -> str:
    """The first and last bucket of an axis, for readers who cannot see it."""
    years = first.year != last.year
    return f"{long(first, grain, year=years)} to {long(last, grain, year=True)}"


def has_years(moments: Sequence[datetime]) -> bool:
    """Whether the moments are of more than one year, so that each has to say its own."""
    return bool(moments) and moments[0].year != moments[-1].year


def ticks(moments: Sequence[datetime], grain: str) -> tuple[tuple[int, str], ...]:
    """Positions and short labels, few enough for a line; the year stands where it begins or changes."""
    few = (step for step in STEPS[grain] if len(moments) / step <= MOST_TICKS)
    step = next(few, -(-len(moments) // MOST_TICKS))
    places = range(_first(moments, grain, step), len(moments), step)
    return tuple((place, _short(moments, place, grain, before)) for before, place in pairwise((None, *places)))


def _first(moments: Sequence[datetime], grain: str, step: int) -> int:
    """Hours are counted from midnight, minutes from the hour."""
    if grain == "minute":
        return next((place for place, at in enumerate(moments) if at.minute % step == 0), 0)
    if grain != "hour" or step < 3:
        return 0
    return next((place for place, at in enumerate(moments) if at.hour % min(step, 24) == 0), 0)


def _short(moments: Sequence[datetime], place: int, grain: str, before: int | None) -> str:
    """`before`: the place of the label before, which has told its year."""
    at = moments[place]
    if grain == "minute":
        return _minute(at)
    is_year_told = before is not None and moments[before].year == at.year
    if grain == "hour":
        return f"{at:%b} {at.day}" if at.hour == 0 and len(moments) > 25 else _hour(at)
    if grain == "month":
        return f"{at:%b}" if is_year_told else f"{at:%b %Y}"
    says_year = has_years(moments) and (grain == "week" or not is_year_told)
    return f"{at:%b} {at.day}" + (f", {at.year}" if says_year else "")


def _hour(at: datetime) -> str:
    """2 PM; 1 AM EDT and 1 AM EST, where clocks are set back and the hour comes twice."""
    is_twice = at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
    return f"{at.hour % 12 or 12} {at:%p}" + (f" {at:%Z}" if is_twice else "")


def _minute(at: datetime) -> str:
    """2:32 PM"""
    return f"{at.hour % 12 or 12}:{at:%M %p}"
