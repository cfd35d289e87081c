"""`/api/analytics/performance/incidents`: what visitors are told of on the status page."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.incidents.service import IncidentService
from backend.plugins import get
from backend.routes.access import require
from backend.routes.caller import caller_name
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.incidents import (
    IncidentBody,
    IncidentPath,
    IncidentResponse,
    IncidentsResponse,
    IncidentUpdateBody,
)
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "incidents",
    __name__,
    url_prefix="/performance/incidents",
    abp_tags=[Tag(name="Incidents", description="What visitors are told of on the status page.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("", responses={200: IncidentsResponse, **problems(401, 403)})
@require(Scope.MONITORING_CONTROL)
def show_all() -> Answer:
    """List the incidents that last or ended in the last 90 days"""
    return IncidentsResponse.of(get(IncidentService).recent()).model_dump(mode="json")


@bp.post("", responses={201: IncidentResponse, **problems(400, 401, 403, 413, 415, 422)})
@require(Scope.MONITORING_CONTROL)
def begin(body: IncidentBody) -> Answer:
    """Tell visitors of an incident"""
    incident = get(IncidentService).begin(caller_name(), body.incident())
    return IncidentResponse.of(incident).model_dump(mode="json"), 201


@bp.post("/<incident_id>/updates", responses={201: IncidentResponse, **problems(400, 401, 403, 404, 413, 415, 422)})
@require(Scope.MONITORING_CONTROL)
def update(path: IncidentPath, body: IncidentUpdateBody) -> Answer:
    """Tell visitors how an incident stands, or that it is resolved"""
    incident = get(IncidentService).update(caller_name(), path.id, body.update())
    return IncidentResponse.of(incident).model_dump(mode="json"), 201


@bp.delete("/<incident_id>", responses={204: None, **problems(401, 403, 404)})
@require(Scope.MONITORING_CONTROL)
def delete(path: IncidentPath) -> Response:
    """Delete an incident that should never have been told of"""
    get(IncidentService).delete(caller_name(), path.id)
    return Response(status=204)
