"""What a result says of an occupation without a score: why, what is published, and where to look instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment
from backend.assessments.job_impact.presentation.occupation_lists import JobRow
from backend.assessments.job_impact.presentation.place import MEASURES
from backend.formats import whole
from backend.reference.tables import Measure


@dataclass(frozen=True, slots=True)
class JobLink:
    """A job by its plain name, and the address of its page; `place` is how many of 100 workers it is above."""

    name: str
    address: str
    place: str = ""


def nearest_links(rows: Iterable[JobRow]) -> tuple[JobLink, ...]:
    """The nearest jobs with a score, each leading to its page."""
    return tuple(JobLink(row.name, f"/jobs/{row.slug}", row.place_shown) for row in rows)


@dataclass(frozen=True, slots=True)
class NoScore:
    """Too little evidence. `published` is what there is all the same, or empty."""

    reason: str
    published: str


def no_score(a: Assessment) -> NoScore:
    measures = [
        f"{MEASURES[Measure(m.id)]} ({m.source}, {m.year}): more exposed than {whole(m.percentile)} of 100 US workers"
        for m in a.measures
    ]
    published = (
        f"What is published: {'; '.join(measures)}. One kind of evidence alone is not enough to place a job."
        if measures
        else ""
    )
    return NoScore(a.reason or "", published)
