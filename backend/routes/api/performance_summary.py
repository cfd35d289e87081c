"""`/api/analytics/performance/summary`: how everything that is measured went."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.summary import PerformanceSummary
from backend.plugins import get
from backend.routes.access import require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.performance_summary import SummaryQuery, SummaryResponse
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "performance_summary",
    __name__,
    url_prefix="/performance",
    abp_tags=[Tag(name="Monitoring")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("/summary", responses={200: SummaryResponse, **problems(401, 403, 422)})
@require(Scope.MONITORING_READ)
def summary(query: SummaryQuery) -> Answer:
    """How everything that is measured went in the last hours, with its thresholds"""
    return SummaryResponse.of(get(PerformanceSummary).of_last(query.hours)).model_dump(mode="json")
