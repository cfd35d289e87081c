"""Which measures each dashboard shows, and by what it breaks them down unless told otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A set of measures with its usual breakdown; rows come with the most of the first measure first."""

    name: str
    measures: tuple[str, ...]
    breakdown: str


CONVERSIONS = Dashboard(
    "conversions",
    ("assessments", "offers_viewed", "upgrades", "offer_rate", "conversion_rate", "revenue"),
    "risk_level",
)
POPULAR = Dashboard("popular", ("assessments", "visitors", "upgrades", "conversion_rate"), "job_title")
GEOGRAPHIC = Dashboard(
    "geographic",
    ("sessions", "visitors", "opened", "assessments", "upgrades", "conversion_rate", "revenue"),
    "country",
)
