"""What kind of thing a visitor holds, by what its browser says of itself."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

REMEMBERED = 4_096
LONGEST = 512


class Device(StrEnum):
    """The four kinds that reports tell apart. An iPad says it is a Mac, unless told otherwise, and counts as one."""

    DESKTOP = "desktop"
    MOBILE = "mobile"
    TABLET = "tablet"
    OTHER = "other"


# The first whose signs are found decides: phones say Linux too, televisions say Android.
SIGNS = {
    Device.OTHER: r"\btv\b|[a-z]tv\b|web0s|crkey|\baft[a-z]+\b|playstation|xbox|nintendo|oculusbrowser|glass\b",
    Device.TABLET: r"ipad|tablet|kindle|playbook|\bsilk/(?!.*mobile)|^(?!.*mobi).*android",
    Device.MOBILE: r"mobi|iphone|ipod|opera mini|windows phone|blackberry",
    Device.DESKTOP: r"windows nt|macintosh|x11|linux|\bcros\b",
}
RULES = [(device, re.compile(signs, re.IGNORECASE | re.ASCII)) for device, signs in SIGNS.items()]


def device_of(user_agent: str, mobile: str = "") -> Device:
    """`mobile` is the header `Sec-CH-UA-Mobile`, where a browser sends it."""
    return Device.MOBILE if mobile == "?1" else _kind_of(user_agent[:LONGEST])


@lru_cache(REMEMBERED)
def _kind_of(user_agent: str) -> Device:
    return next((device for device, signs in RULES if signs.search(user_agent)), Device.OTHER)
