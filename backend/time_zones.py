"""The time zones of the world, by their IANA names."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

UTC = "UTC"


@cache
def zone_names() -> tuple[str, ...]:
    """The zones of places, and UTC; not the old names of countries and of offsets."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return (*sorted(places), UTC)


def zone_named(text: str) -> str | None:
    """The zone somebody means by `America/New_York`, `america/new york`, or `New York`."""
    wanted = text.strip().replace(" ", "_").casefold()
    by_place = [name for name in zone_names() if name.rpartition("/")[2].casefold() == wanted]
    exact = next((name for name in zone_names() if name.casefold() == wanted), None)
    return exact or (by_place[0] if by_place else None)


def zone_in_words(name: str) -> str:
    """New York time; UTC"""
    return name if "/" not in name else f"{name.rpartition('/')[2].replace('_', ' ')} time"
