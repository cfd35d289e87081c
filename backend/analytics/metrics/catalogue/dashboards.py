"""The dashboards of the API: measures and default breakdown of each, defined here alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A set of measures with its default breakdown; rows come with the most of the first measure first."""

    name: str
    measures: tuple[str, ...]
    breakdown: str


CONVERSIONS = Dashboard(
    "conversions",
    ("assessments", "offers_viewed", "upgrades", "offer_rate", "conversion_rate", "revenue"),
    "risk_level",
)
POPULAR = Dashboard("popular", ("assessments", "visitors", "upgrades", "conversion_rate"), "job_title")
GEOGRAPHY = Dashboard(
    "geographic",  # as the API and its files have called it from the beginning
    ("sessions", "visitors", "opened", "assessments", "upgrades", "conversion_rate", "revenue"),
    "country",
)
