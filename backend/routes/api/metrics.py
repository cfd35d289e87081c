"""`/api/analytics/metrics` and `/api/analytics/query`: the metric catalogue."""

from __future__ import annotations

from flask import current_app
from flask_openapi3 import APIBlueprint, Tag
from werkzeug import Response

from backend.accounts.permissions import Scope
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.metrics import CatalogueOut, CatalogueResponse, QueryBody, ResultResponse
from backend.routes.schemas.problem import problems
from backend.routes.tables import result_response

bp = APIBlueprint(
    "metrics",
    __name__,
    abp_tags=[Tag(name="Metrics", description="Every number, defined once, with everything it can be broken down by.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("/metrics", responses={200: CatalogueResponse, **problems(401, 403)})
@require(Scope.DASHBOARDS_READ)
def catalogue() -> Answer:
    """List all measures and dimensions"""
    return CatalogueResponse(data=CatalogueOut.whole()).model_dump(mode="json")


@bp.post("/query", responses={200: ResultResponse, **problems(400, 401, 403, 415, 422)})
@require(Scope.DASHBOARDS_READ)
def query(body: QueryBody) -> Response:
    """Query measures by dimensions, filters, and time

    The dashboards use this too. Unknown names are refused with the nearest known ones.
    """
    result = get(CatalogueService).answer(body.query(current_app.config["BUSINESS_TIME_ZONE"], utc_now()))
    return result_response(result, body.format, "query")
