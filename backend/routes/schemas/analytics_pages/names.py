"""How people call what a dimension holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backend.analytics.figures.geography import country_names
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.reference.loading import Reference
from backend.routes.schemas.assessment import EDUCATION

LEVELS = {"low": "Lower exposure", "medium": "Medium exposure", "high": "Higher exposure"}


@dataclass(frozen=True, slots=True)
class Names:
    """Names of codes, from the public figures; what has none is shown as it is."""

    of: Mapping[str, Callable[[str], str | None]]

    @classmethod
    def of_reference(cls, reference: Reference) -> Names:
        titles = {code: occupation.title for code, occupation in reference.occupations.items()}
        return cls(
            {
                "country": country_names().get,
                "region": lambda code: reference.states.get(code.rpartition("-")[2]),
                "occupation": titles.get,
                "education": {str(level): name for level, name in EDUCATION.items()}.get,
                "risk_level": LEVELS.get,
                "device": str.capitalize,
                "source": lambda source: "Direct" if source == "direct" else source,
            }
        )

    def name(self, dimension: str, value: str | None) -> str:
        if not value:
            return DIMENSIONS[dimension].nothing
        known = self.of.get(dimension)
        return (known(value) if known else None) or value
