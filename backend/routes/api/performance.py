"""`/api/analytics/performance`: starting and stopping monitoring, and what it measured."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.control import MonitoringControl
from backend.plugins import get
from backend.routes.access import caller_name, require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.performance import MonitoringStatusResponse
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "performance",
    __name__,
    url_prefix="/performance",
    abp_tags=[Tag(name="Monitoring", description="Whether monitoring is on, and what it measured.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.post("/start-monitoring", responses={200: MonitoringStatusResponse, **problems(401, 403)})
@require(Scope.MONITORING_CONTROL)
def start() -> Answer:
    """Start monitoring on every host; nothing changes if it is on"""
    return MonitoringStatusResponse.of(get(MonitoringControl).start(caller_name())).model_dump(mode="json")


@bp.post("/stop-monitoring", responses={200: MonitoringStatusResponse, **problems(401, 403)})
@require(Scope.MONITORING_CONTROL)
def stop() -> Answer:
    """Stop monitoring on every host; nothing changes if it is off"""
    return MonitoringStatusResponse.of(get(MonitoringControl).stop(caller_name())).model_dump(mode="json")


@bp.get("/status", responses={200: MonitoringStatusResponse, **problems(401, 403)})
@require(Scope.MONITORING_READ)
def status() -> Answer:
    """Whether monitoring is to be on, and which server processes obey"""
    return MonitoringStatusResponse.of(get(MonitoringControl).status()).model_dump(mode="json")
