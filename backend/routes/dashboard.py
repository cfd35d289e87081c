"""`/api/analytics/dashboard`: the numbers behind the dashboards."""

from __future__ import annotations

from flask import current_app
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.metrics.service import DashboardService
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.dashboard import FunnelResponse, PeriodQuery
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "dashboard",
    __name__,
    url_prefix="/dashboard",
    abp_tags=[Tag(name="Dashboards", description="Where visitors go on and where they leave.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("/funnel", responses={200: FunnelResponse, **problems(400, 401, 403, 422)})
@require(Scope.DASHBOARDS_READ)
def funnel(query: PeriodQuery) -> Answer:
    """Sessions per step of the calculator, in order, within 24 hours of opening it"""
    period = query.period(current_app.config["TIMEZONE"], utc_now())
    return FunnelResponse.of(get(DashboardService).funnel(period, bots=query.bots)).model_dump(mode="json")
