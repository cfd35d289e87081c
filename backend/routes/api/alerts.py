"""`/api/analytics/performance/alerts`, `/silences`, `/on-call`: what is wrong, and who hears of it."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.alerts.on_call import OnCall
from backend.analytics.monitoring.alerts.service import AlertService
from backend.plugins import get
from backend.routes.access import require
from backend.routes.caller import caller_name
from backend.routes.schemas.alerts import (
    AlertPath,
    AlertResponse,
    AlertsQuery,
    AlertsResponse,
    SilenceBody,
    SilencePath,
    SilenceResponse,
    SilencesResponse,
)
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.on_call import OnCallBody, OnCallResponse
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "alerts",
    __name__,
    url_prefix="/performance",
    abp_tags=[Tag(name="Alerts", description="What is wrong, who takes charge of it, and who is on call.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("/alerts", responses={200: AlertsResponse, **problems(401, 403, 422)})
@require(Scope.MONITORING_READ)
def show_all(query: AlertsQuery) -> Answer:
    """List alerts, the newest first; by default, the open ones"""
    return AlertsResponse.of(get(AlertService).all(query.states, query.limit)).model_dump(mode="json")


@bp.get("/alerts/<alert_id>", responses={200: AlertResponse, **problems(401, 403, 404)})
@require(Scope.MONITORING_READ)
def show(path: AlertPath) -> Answer:
    """Read an alert with its history"""
    return AlertResponse.of(get(AlertService).get(path.id)).model_dump(mode="json")


@bp.post("/alerts/<alert_id>/acknowledge", responses={200: AlertResponse, **problems(401, 403, 404)})
@require(Scope.MONITORING_CONTROL)
def acknowledge(path: AlertPath) -> Answer:
    """Take charge of an alert and of all others of its rule: reminders and escalation stop"""
    return AlertResponse.of(get(AlertService).acknowledge(caller_name(), path.id)).model_dump(mode="json")


@bp.get("/silences", responses={200: SilencesResponse, **problems(401, 403)})
@require(Scope.MONITORING_READ)
def silences() -> Answer:
    """List the silences that last or are to come"""
    return SilencesResponse.of(get(AlertService).silences()).model_dump(mode="json")


@bp.post("/silences", responses={201: SilenceResponse, **problems(400, 401, 403, 413, 415, 422)})
@require(Scope.MONITORING_CONTROL)
def silence(body: SilenceBody) -> Answer:
    """Silence a rule until an instant, or every rule for a maintenance window"""
    return SilenceResponse.of(get(AlertService).silence(caller_name(), body.silence())).model_dump(mode="json"), 201


@bp.delete("/silences/<silence_id>", responses={204: None, **problems(401, 403, 404)})
@require(Scope.MONITORING_CONTROL)
def end_silence(path: SilencePath) -> Response:
    """End a silence"""
    get(AlertService).end_silence(caller_name(), path.id)
    return Response(status=204)


@bp.get("/on-call", responses={200: OnCallResponse, **problems(401, 403)})
@require(Scope.MONITORING_READ)
def on_call() -> Answer:
    """Read the rota, and who is on call now and next"""
    return OnCallResponse.of(get(OnCall).view()).model_dump(mode="json")


@bp.put("/on-call", responses={200: OnCallResponse, **problems(400, 401, 403, 413, 415, 422)})
@require(Scope.MONITORING_CONTROL)
def change_on_call(body: OnCallBody) -> Answer:
    """Replace the rota"""
    return OnCallResponse.of(get(OnCall).change(caller_name(), body.rota())).model_dump(mode="json")
