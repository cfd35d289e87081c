"""`/metrics`, for Prometheus."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.exposition.service import ExpositionService
from backend.plugins import get
from backend.routes.access import require
from backend.routes.schemas.problem import Responses, problems

TAG = Tag(name="Monitoring", description="How the servers do.")
bp = APIBlueprint("prometheus", __name__, abp_tags=[TAG])
TEXT = {"text/plain": {"schema": {"type": "string"}}, "application/openmetrics-text": {"schema": {"type": "string"}}}
ANSWERS: Responses = {200: {"description": "Every metric with its value now", "content": TEXT}}


@bp.get("/metrics", responses={**ANSWERS, **problems(401, 403)})
@require(Scope.MONITORING_READ, networks="METRICS_NETWORKS")
def metrics() -> Response:
    """What was measured, for Prometheus

    In OpenMetrics where `Accept` asks for it, else in the text format of Prometheus. Needs no key from a network of
    `METRICS_NETWORKS`.
    """
    exposed = get(ExpositionService).expose(request.headers.get("Accept", ""))
    response = Response(exposed.content, content_type=exposed.content_type)
    response.headers["Cache-Control"], response.headers["Vary"] = "no-store", "Accept"
    return response
