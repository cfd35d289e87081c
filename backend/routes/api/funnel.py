"""`/api/analytics/dashboard/funnel`: how far visits came, and who stands behind each bar."""

from __future__ import annotations

from flask import current_app
from flask_openapi3 import APIBlueprint, Tag
from werkzeug import Response

from backend.accounts.permissions import Scope
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.funnel.visits import VisitService
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.funnel import (
    FunnelParameters,
    FunnelResponse,
    JourneyParameters,
    JourneysResponse,
    funnel_csv,
    journeys_csv,
)
from backend.routes.schemas.problem import problems
from backend.routes.schemas.visits import VisitPath, VisitResponse
from backend.routes.tables import table_response

bp = APIBlueprint(
    "funnel",
    __name__,
    url_prefix="/dashboard/funnel",
    abp_tags=[Tag(name="Dashboards", description="Where visitors continue and where they leave.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("", responses={200: FunnelResponse, **problems(400, 401, 403, 422)})
@require(Scope.DASHBOARDS_READ)
def funnel(query: FunnelParameters) -> Response:
    """How many reach each step, and how long it takes; by default the calculator's steps within 24 hours

    Any events make steps: `steps=ai_calculator_opened,calculator_step_completed:2,assessment_submitted`.
    """
    report = get(FunnelService).answer(query.query(current_app.config["BUSINESS_TIME_ZONE"], utc_now()))
    text = funnel_csv(report) if query.format == "csv" else FunnelResponse.of(report).model_dump_json()
    return table_response(text, query.format, "funnel_demo" if report.demo else "funnel", report.period, report.version)


@bp.get("/sessions", responses={200: JourneysResponse, **problems(400, 401, 403, 422)})
@require(Scope.DASHBOARDS_READ)
def funnel_sessions(query: JourneyParameters) -> Response:
    """Who is behind a bar of the funnel: the same query, with the step and whether it was reached

    `meta.total` is what the bar says: the sessions of the step, or its drop-off.
    """
    question, funnels = query.query(current_app.config["BUSINESS_TIME_ZONE"], utc_now()), get(FunnelService)
    by, limit = query.grouped_by, query.limit
    groups = funnels.groups_behind(question, query.bar(), by, limit) if by else None
    journeys = funnels.behind(question, query.bar(), limit, query.offset)
    text = journeys_csv(journeys) if query.format == "csv" else JourneysResponse.of(journeys, groups).model_dump_json()
    name = f"funnel_{journeys.query.scope}s{'_demo' if journeys.demo else ''}"
    return table_response(text, query.format, name, question.period, journeys.version)


@bp.get("/sessions/<visit>", responses={200: VisitResponse, **problems(401, 403, 404, 422)})
@require(Scope.DASHBOARDS_READ)
def funnel_visit(path: VisitPath) -> Answer:
    """The events of one session behind a bar, first to last

    Nothing in it says whose visit it was. Properties that Mingus does not know are left out, because they might.
    """
    return VisitResponse.of(get(VisitService).visit(path.id)).model_dump(mode="json")
