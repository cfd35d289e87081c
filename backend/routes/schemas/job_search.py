"""What may be asked about job titles, and what a search answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field

from backend.assessments.job_impact.presentation.job_fields import notice
from backend.assessments.job_impact.presentation.occupation_lists import FoundJob, JobRow
from backend.reference.tables import TitleKind
from backend.reference.titles import CLOSE, Fit, TitleSearch
from backend.routes.schemas.answer import Out, TwoDecimals
from backend.routes.schemas.parameters import Parameters


class OccupationSearch(Parameters):
    """?q=rn"""

    q: Annotated[str, Field(min_length=1, max_length=100, description="A job title, or the start of one.")]


class NearJobOut(Out):
    """A scored occupation near one without a score."""

    code: str
    name: str

    @classmethod
    def of(cls, row: JobRow) -> Self:
        return cls(code=row.code, name=row.name)


class MatchOut(Out):
    """An occupation and the title of it that matched."""

    code: str
    title: Annotated[str, Field(description="The official title.")]
    name: Annotated[str, Field(description="What people call it.")]
    does: Annotated[str, Field(description="The job in one line; empty where none was written.")]
    matched: Annotated[str, Field(description="The title of it that fits what was typed.")]
    kind: TitleKind
    confidence: Annotated[TwoDecimals, Field(description="From 0 to 1.")]
    fit: Annotated[
        Fit,
        Field(description=f"`exact` may be taken without asking, `close` has a confidence of {CLOSE:g} or more."),
    ]
    scored: Annotated[bool, Field(description="False where there is not enough research for a score.")]
    nearest: Annotated[list[NearJobOut], Field(description="The nearest occupations with a score, if this has none.")]

    @classmethod
    def of(cls, job: FoundJob) -> Self:
        match = job.match
        return cls(
            code=match.code,
            title=match.title,
            name=job.row.name,
            does=job.does,
            matched=match.matched,
            kind=match.kind,
            confidence=match.confidence,
            fit=match.fit,
            scored=job.scored,
            nearest=[NearJobOut.of(row) for row in job.nearest],
        )


class SearchResponse(Out):
    """The best occupations for a title. Only when `exact` may the first be taken without asking."""

    exact: bool
    notice: Annotated[
        str | None, Field(description="Why the text names no civilian occupation (“student”); there is no match then.")
    ]
    matches: list[MatchOut]

    @classmethod
    def of(cls, text: str, search: TitleSearch, found: Iterable[FoundJob]) -> Self:
        return cls(exact=search.exact, notice=notice(text, search) or None, matches=[MatchOut.of(job) for job in found])
