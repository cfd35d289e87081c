"""The jobs around one: similar work, and what a person could move to without losing pay."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment, Level
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory, JobRow

MOST_PASSING = 6
LESS = (
    "Less exposed, and pays as well",
    "At least 10 places less exposed, at least 95% of the median pay, and at most one step more preparation.",
)
AS_LITTLE = (
    "About as little exposed, and pays as well",
    "Under 35 and at most 5 places more exposed, at least 95% of the median pay, at most one step more preparation.",
)


@dataclass(frozen=True, slots=True)
class RelatedJobs:
    """`heading` and `rule` are those of `passing`, which pass every filter of a move; either list may be empty."""

    lead: str
    similar: tuple[JobRow, ...]
    heading: str
    rule: str
    passing: tuple[JobRow, ...]


def related_jobs(a: Assessment, directory: JobDirectory) -> RelatedJobs:
    heading, rule = AS_LITTLE if a.yours and a.yours.level is Level.LOW else LESS
    own = directory.row(a.code)
    scale = "The number is the place among 100 US workers, from least to most exposed."
    return RelatedJobs(
        lead=f"{scale} {own.name}: {own.place_shown}." if a.yours else scale,
        similar=directory.similar(a.code) if a.yours else (),
        heading=heading,
        rule=rule,
        passing=directory.rows([move.code for move in a.moves.passing][:MOST_PASSING]),
    )
