"""`/api/calculator`: the AI job impact calculator for programs."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory
from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.access import Rate, public
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.job_impact import (
    AssessRequest,
    AssessResponse,
    OccupationPath,
    OccupationResponse,
)
from backend.routes.schemas.job_search import OccupationSearch, SearchResponse
from backend.routes.schemas.problem import problems

WHY = "published figures, read only"
bp = APIBlueprint(
    "calculator",
    __name__,
    url_prefix="/api/calculator",
    abp_tags=[Tag(name="Calculator", description="How exposed a job is to AI, from published measures.")],
)


@bp.get("/occupations", responses={200: SearchResponse, **problems(401, 422)})
@public(WHY, Rate.SUGGEST)
def search(query: OccupationSearch) -> Answer:
    """Find occupations by job title

    At most five, best first, in English or Spanish. `exact` says that the first one may be taken without asking.
    A text that says what a person is instead of a job ("student", "retired") has no match, and `notice` says so.
    """
    found = get(Reference).titles.search(query.q)
    return SearchResponse.of(query.q, found, get(JobDirectory).found(found.matches)).model_dump()


@bp.get("/occupations/<code>", responses={200: OccupationResponse, **problems(401, 404, 422)})
@public(WHY)
def occupation(path: OccupationPath) -> Answer:
    """One occupation: its activities, pay and outlook as published"""
    return OccupationResponse.of(get(JobImpactCalculator).profile(path.code)).model_dump()


@bp.post("/assess", responses={200: AssessResponse, **problems(400, 401, 413, 415, 422)})
@public(WHY, Rate.ASSESS)
def assess(body: AssessRequest) -> Answer:
    """Place a job, or your own week in it, among all US workers

    AI reaches a task where today's software could do it, or at least halve the time it takes. That is not a chance of
    losing a job. Without hours all shares are of the job's tasks, and nobody's week.
    Nothing is stored. The same input gives the same answer.
    """
    return AssessResponse.of(get(JobImpactCalculator).assess(body.to_answers())).model_dump()
