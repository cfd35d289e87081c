"""`/api/analytics/performance/slow-queries`: the statements that took longest, with their plans."""

from __future__ import annotations

from datetime import timedelta

from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.queries.service import SlowQueries
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.problem import problems
from backend.routes.schemas.slow_queries import SlowQueriesParameters, SlowQueriesResponse

bp = APIBlueprint(
    "slow_queries",
    __name__,
    url_prefix="/performance",
    abp_tags=[Tag(name="Monitoring")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("/slow-queries", responses={200: SlowQueriesResponse, **problems(401, 403, 422)})
@require(Scope.MONITORING_READ)
def show_all(query: SlowQueriesParameters) -> Answer:
    """List the statements that were slow in the last hours, the longest first

    Their values are masked. A plan is added a minute later, by the schedule.
    """
    worst = get(SlowQueries).worst(utc_now() - timedelta(hours=query.hours), query.limit)
    return SlowQueriesResponse.of(worst).model_dump(mode="json")
