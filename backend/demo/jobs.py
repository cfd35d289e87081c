"""Which jobs demo visitors have: those of the shipped figures, by how many hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.reference.loading import Reference

MOST = 150
CURIOUS: Mapping[str, float] = {"low": 0.6, "medium": 1.2, "high": 1.8}  # who fears nothing asks less often


@dataclass(frozen=True, slots=True)
class DemoJob:
    """A job with what its holders say of it, each with its weight."""

    code: str
    title: str
    level: str | None
    industries: Mapping[str, float]
    education: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DemoJobs:
    """The jobs visitors have, and how often."""

    all: tuple[DemoJob, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, reference: Reference, calculator: JobImpactCalculator) -> Self:
        """The most held occupations of the reference, with the level the calculator finds."""
        held = sorted(reference.occupations.values(), key=lambda one: (-(one.employment or 0), one.code))[:MOST]
        jobs, weights = [], []
        for one in held:
            typical = calculator.profile(one.code).typical
            level = typical.level.value if typical else None
            industries = {reference.industries[sector]: share for sector, share in one.industries.items()}
            jobs.append(DemoJob(one.code, one.title, level, industries or {"Other": 1.0}, one.attainment))
            weights.append((one.employment or 1) ** 0.7 * CURIOUS.get(level or "", 1.0))
        return cls(tuple(jobs), tuple(weights))
