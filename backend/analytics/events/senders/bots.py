"""Robots that say so: the patterns of `isbot`, in the reading that the library is-bot keeps."""

from __future__ import annotations

from functools import lru_cache

from is_bot import Bots

REMEMBERED = 4_096
LONGEST = 512
HEADLESS_BRAND = '"HeadlessChrome"'


class BotList:
    """Knows robots by their user agent. Searching takes most of a millisecond, so answers are remembered."""

    def __init__(self) -> None:
        self._is_listed = lru_cache(REMEMBERED)(Bots().is_bot)
        self._is_listed("")  # compiles the patterns, before a request would wait for it

    def is_bot(self, user_agent: str, brands: str = "", *, webdriver: bool = False) -> bool:
        """`brands` is the header `Sec-CH-UA`; `webdriver` what the script saw of its own browser."""
        return webdriver or not user_agent or HEADLESS_BRAND in brands or self._is_listed(user_agent[:LONGEST])
