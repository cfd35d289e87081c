"""The values that a dimension can have where they are a closed list or have one form: what is typed, as it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from backend.analytics.events.senders.places import COUNTRIES

LEVELS = frozenset({"low", "medium", "high"})
DEVICES = frozenset({"mobile", "tablet", "desktop", "other"})
_REGION = re.compile(r"(?:([A-Z]{2})-)?[A-Z0-9]{1,3}")
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_MAJOR_GROUP = re.compile(r"[0-9]{2}")
_OCCUPATION = re.compile(r"[0-9]{2}-[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`kept`: a typed value as the lake keeps it. `holds`: whether that can be one. `says`: what a value must be."""

    kept: Callable[[str], str]
    holds: Callable[[str], bool]
    says: str


def _region(typed: str) -> str:
    """`ca` -> US-CA: a region without its country is a state."""
    code = typed.strip().upper()
    return code if "-" in code or not code else f"US-{code}"


def _is_region(code: str) -> bool:
    matched = _REGION.fullmatch(code)
    return matched is not None and matched[1] in COUNTRIES


def _is_monday(text: str) -> bool:
    try:
        return date.fromisoformat(text).weekday() == 0
    except ValueError:
        return False


def _upper(typed: str) -> str:
    return typed.strip().upper()


def _lower(typed: str) -> str:
    return typed.strip().lower()


VOCABULARIES: Mapping[str, Vocabulary] = {
    "country": Vocabulary(_upper, COUNTRIES.__contains__, "must be a country of ISO 3166-1 such as US"),
    "region": Vocabulary(_region, _is_region, "must be a region of ISO 3166-2 such as US-CA, or a state such as CA"),
    "device": Vocabulary(_lower, DEVICES.__contains__, "must be mobile, tablet, desktop or other"),
    "risk_level": Vocabulary(_lower, LEVELS.__contains__, "must be low, medium or high"),
    "occupation": Vocabulary(
        str.strip, lambda code: _OCCUPATION.fullmatch(code) is not None, "must be a SOC code such as 29-1141"
    ),
    "major_group": Vocabulary(
        str.strip, lambda code: _MAJOR_GROUP.fullmatch(code) is not None, "must be two digits such as 29"
    ),
    "first_seen_week": Vocabulary(str.strip, _is_monday, "must be a Monday such as 2026-11-16"),
    "first_seen_month": Vocabulary(
        str.strip, lambda month: _MONTH.fullmatch(month) is not None, "must be a month such as 2026-11"
    ),
}


def as_kept(name: str, value: str) -> str:
    """A typed value as the lake keeps it in this dimension, where that has a vocabulary."""
    vocabulary = VOCABULARIES.get(name)
    return vocabulary.kept(value) if vocabulary else value


def can_be(name: str, value: str) -> bool:
    """Whether a dimension can have this value; the empty text stands for none at all."""
    vocabulary = VOCABULARIES.get(name)
    return vocabulary is None or not value.strip() or vocabulary.holds(vocabulary.kept(value))
