"""An occupation in the words of schema.org, for search engines."""

from __future__ import annotations

from typing import Any

from backend.assessments.job_impact.presentation.occupation_pages import OccupationPage
from backend.reference.tables import Occupation, Pay

PERCENTILES = {
    "percentile10": "p10",
    "percentile25": "p25",
    "median": "p50",
    "percentile75": "p75",
    "percentile90": "p90",
}


def structured_data(
    page: OccupationPage, occupation: Occupation, trail: dict[str, str], address: str
) -> dict[str, Any]:
    """`trail`: names and absolute addresses from the list of all jobs down to this one, which is at `address`."""
    steps = [
        {"@type": "ListItem", "position": position, "name": name, "item": item}
        for position, (name, item) in enumerate(trail.items(), 1)
    ]
    return {
        "@context": "https://schema.org",
        "@graph": [{"@type": "BreadcrumbList", "itemListElement": steps}, _occupation(page, occupation, address)],
    }


def _occupation(page: OccupationPage, occupation: Occupation, address: str) -> dict[str, Any]:
    education, salary = occupation.entry_education, _salary(occupation.pay)
    return {
        "@type": "Occupation",
        "name": page.row.name,
        "alternateName": occupation.title,
        "description": page.does or page.description,
        "occupationalCategory": occupation.code,
        "occupationLocation": [{"@type": "Country", "name": "US"}],
        "mainEntityOfPage": address,
        **({"estimatedSalary": [salary]} if salary else {}),
        **({"educationRequirements": education} if education else {}),
    }


def _salary(pay: Pay | None) -> dict[str, Any] | None:
    """Published percentiles of annual pay; None where none is."""
    published = {name: getattr(pay, field, None) for name, field in PERCENTILES.items()}
    known = {name: amount for name, amount in published.items() if amount is not None}
    if not known:
        return None
    return {"@type": "MonetaryAmountDistribution", "name": "base", "currency": "USD", "duration": "P1Y", **known}
