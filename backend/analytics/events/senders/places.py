"""Country and region of a sender; the address is looked up and not kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import maxminddb

from backend.analytics.events.senders.facts import Headers
from backend.client_address import Address

KOSOVO = "XK"  # not in ISO 3166, but what MaxMind and others say
SUBDIVISION = re.compile(r"(?:([A-Z]{2})-)?([A-Z0-9]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """A country as ISO 3166-1 alpha-2 (`US`), a region as ISO 3166-2 (`US-CA`); None is unknown."""

    country: str | None = None
    region: str | None = None


NOWHERE = Place()


class Places(Protocol):
    """Finds the place of a request."""

    def find(self, address: Address | None, headers: Headers) -> Place: ...


class UnknownPlaces:
    """Finds no place."""

    def find(self, address: Address | None, headers: Headers) -> Place:
        return NOWHERE


class HeaderPlaces:
    """Believes the headers that a trusted proxy sets."""

    def __init__(self, country_header: str, region_header: str) -> None:
        self._country, self._region = country_header, region_header

    def find(self, address: Address | None, headers: Headers) -> Place:
        return place(headers.get(self._country), headers.get(self._region))


class FilePlaces:
    """Looks the address up in a file of MaxMind's format, and asks `default` where that does not know it."""

    def __init__(self, path: Path, default: Places) -> None:
        self._reader = maxminddb.open_database(path)
        self._versions = {4} if self._reader.metadata().ip_version == 4 else {4, 6}
        self._default = default

    def find(self, address: Address | None, headers: Headers) -> Place:
        known = _read(self._reader.get(address)) if address and address.version in self._versions else NOWHERE
        return known if known.country else self._default.find(address, headers)


def place(country: str | None, region: str | None) -> Place:
    """The place that two codes name, as far as there is one: `us` and `ca` -> US, US-CA."""
    code = (country or "").strip().upper()
    if code not in COUNTRIES:
        return NOWHERE
    subdivision = SUBDIVISION.fullmatch((region or "").strip().upper())
    if subdivision is None or subdivision[1] not in (None, code):
        return Place(code)
    return Place(code, f"{code}-{subdivision[2]}")


def _read(record: Any) -> Place:
    """The place in a record: a City file names the country and its subdivisions, the largest first."""
    if not isinstance(record, dict):
        return NOWHERE
    regions = record.get("subdivisions")
    return place(_code(record.get("country")), _code(regions[0]) if isinstance(regions, list) and regions else None)


def _code(record: Any) -> str | None:
    code = record.get("iso_code") if isinstance(record, dict) else None
    return code if isinstance(code, str) else None


def _countries() -> frozenset[str]:
    """ISO 3166-1 as the time zone database keeps it."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text().splitlines()
    return frozenset(line[:2] for line in lines if line and not line.startswith("#"))


COUNTRIES = _countries() | {KOSOVO}
