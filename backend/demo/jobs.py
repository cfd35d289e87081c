"""The jobs of demo visitors: occupations of the reference tables, weighted by how many people hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.reference.loading import Reference

MOST_JOBS = 150
CURIOUS: Mapping[str, float] = {"low": 0.6, "medium": 1.2, "high": 1.8}  # people at low exposure ask less often


@dataclass(frozen=True, slots=True)
class DemoJob:
    """An occupation with the industries and educations of its holders, each with its weight."""

    code: str
    title: str
    level: str | None
    industries: Mapping[str, float]
    education: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DemoJobs:
    """All jobs of demo visitors, with their weights."""

    all: tuple[DemoJob, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, reference: Reference, calculator: JobImpactCalculator) -> Self:
        """The occupations with the most workers, with the level that the calculator gives them."""
        occupations = sorted(reference.occupations.values(), key=lambda row: (-(row.employment or 0), row.code))
        jobs, weights = [], []
        for occupation in occupations[:MOST_JOBS]:
            typical = calculator.profile(occupation.code).typical
            level = typical.level.value if typical else None
            industries = {reference.industries[sector]: share for sector, share in occupation.industries.items()}
            jobs.append(
                DemoJob(occupation.code, occupation.title, level, industries or {"Other": 1.0}, occupation.attainment)
            )
            weights.append((occupation.employment or 1) ** 0.7 * CURIOUS.get(level or "", 1.0))
        return cls(tuple(jobs), tuple(weights))
