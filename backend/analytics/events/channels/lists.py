"""The two lists: hosts of search engines, social networks, webmail and AI assistants; click ids of advertisers.

Both are our own work, under the license of this repository: a list of others would be longer, and nobody here would
renew it. docs/events.md says what the lines mean.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
ANY_COUNTRY = r"(?:[a-z]{2,3}|com?\.[a-z]{2})"  # google.*: google.com, google.de, google.co.uk, google.com.br


@dataclass(frozen=True, slots=True)
class Channel:
    """A source and its medium."""

    source: str
    medium: str


@cache
def by_host() -> dict[str, Channel]:
    """Channels by host; its subdomains share it unless they are listed themselves. `google.*` is of any country."""
    return {
        host: Channel(row["source"], row["medium"]) for row in _rows("referrers.csv") for host in row["hosts"].split()
    }


@cache
def host_pattern() -> str:
    """A regular expression that finds the longest listed end of a host: all of it, or after a dot."""
    return rf"(?:^|\.)({'|'.join(map(_pattern, by_host()))})$"


@cache
def any_country_pattern() -> str:
    """A regular expression of such an end that is listed for any country."""
    return rf"^({'|'.join(host[:-2] for host in by_host() if host.endswith('.*'))})\.{ANY_COUNTRY}$"


@cache
def by_click_id() -> dict[str, Channel]:
    """Channels by the name of the parameter that bears the click id, in small letters."""
    return {row["click_id"]: Channel(row["source"], row["medium"]) for row in _rows("click_ids.csv")}


def _pattern(host: str) -> str:
    name = host.removesuffix(".*")
    return re.escape(name).replace(r"\-", "-") + (rf"\.{ANY_COUNTRY}" if name != host else "")


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
