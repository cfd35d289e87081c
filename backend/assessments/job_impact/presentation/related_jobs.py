"""The jobs around one: similar work, and what a person could move to without losing pay."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment, Level
from backend.assessments.job_impact.presentation.moves import rules_in_words
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory, JobRow

MOST_PASSING = 6
LESS, AS_LITTLE = "Less exposed, similar or better pay", "Also low exposure, similar or better pay"


@dataclass(frozen=True, slots=True)
class RelatedJobs:
    """`heading` and `rule` are those of `passing`, which pass every filter of a move; either list may be empty."""

    lead: str
    similar: tuple[JobRow, ...]
    heading: str
    rule: str
    passing: tuple[JobRow, ...]


def related_jobs(a: Assessment, directory: JobDirectory) -> RelatedJobs:
    low, own = a.yours is not None and a.yours.level is Level.LOW, directory.row(a.code)
    scale = "The number is the place among 100 US workers, from least to most exposed."
    return RelatedJobs(
        lead=f"{scale} {own.name}: {own.place_shown}." if a.yours else scale,
        similar=directory.similar(a.code) if a.yours else (),
        heading=AS_LITTLE if low else LESS,
        rule=rules_in_words(a, low=low),
        passing=directory.rows([move.code for move in a.moves.passing][:MOST_PASSING]),
    )
