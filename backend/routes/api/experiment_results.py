"""`/api/analytics/ab-testing/<id>/results`: what an experiment came to."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.experiments.result_service import ResultService
from backend.plugins import get
from backend.routes.access import require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.experiment_results import ExperimentResultsResponse, ResultsQuery
from backend.routes.schemas.experiments import ExperimentPath
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "experiment_results",
    __name__,
    url_prefix="/ab-testing",
    abp_tags=[Tag(name="Experiments", description="Drafts, starts, stops, and what became of each experiment.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("/<test_id>/results", responses={200: ExperimentResultsResponse, **problems(401, 403, 404, 422, 503)})
@require(Scope.EXPERIMENTS_READ)
def results(path: ExperimentPath, query: ResultsQuery) -> Answer:
    """What an experiment came to: verdict, measures with their sufficient statistics, health, and its course by day

    A stopped test ends at its stop: its numbers never change again.
    """
    answer = get(ResultService).results(path.test_id, query.measure, query.breakdown, query.until)
    return ExperimentResultsResponse.of(answer).model_dump(mode="json")
