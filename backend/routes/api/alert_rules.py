"""`/api/analytics/performance/rules` and `/objectives`: when somebody is told, and what the service is to hold."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.objectives.service import Objectives
from backend.analytics.monitoring.rules.service import Rules
from backend.plugins import get
from backend.routes.access import require
from backend.routes.caller import caller_name
from backend.routes.schemas.alert_rules import (
    ObjectivesResponse,
    RuleBody,
    RulePatch,
    RulePath,
    RuleResponse,
    RulesResponse,
)
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "alert_rules",
    __name__,
    url_prefix="/performance",
    abp_tags=[Tag(name="Alert rules", description="When somebody is told, and how error budgets stand.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("/rules", responses={200: RulesResponse, **problems(401, 403)})
@require(Scope.MONITORING_READ)
def show_all() -> Answer:
    """List the shipped rules as they are in force, and your own"""
    return RulesResponse.of(get(Rules).all()).model_dump(mode="json")


@bp.get("/rules/<rule_id>", responses={200: RuleResponse, **problems(401, 403, 404)})
@require(Scope.MONITORING_READ)
def show(path: RulePath) -> Answer:
    """Read a rule"""
    return RuleResponse.of(get(Rules).get(path.rule_id)).model_dump(mode="json")


@bp.post("/rules", responses={201: RuleResponse, **problems(400, 401, 403, 413, 415, 422)})
@require(Scope.MONITORING_CONTROL)
def add(body: RuleBody) -> Answer:
    """Add a rule of your own, over what is measured or over a measure of the catalogue"""
    return RuleResponse.of(get(Rules).add(caller_name(), body.rule())).model_dump(mode="json"), 201


@bp.put("/rules/<rule_id>", responses={200: RuleResponse, **problems(400, 401, 403, 404, 413, 415, 422)})
@require(Scope.MONITORING_CONTROL)
def change(path: RulePath, body: RulePatch) -> Answer:
    """Change a rule; what is left out stays as it is"""
    rules = get(Rules)
    return RuleResponse.of(rules.change(caller_name(), body.changed(rules.get(path.rule_id)))).model_dump(mode="json")


@bp.delete("/rules/<rule_id>", responses={204: None, **problems(401, 403, 404)})
@require(Scope.MONITORING_CONTROL)
def delete(path: RulePath) -> Response:
    """Delete a rule of your own; a shipped one is put back as it was shipped"""
    get(Rules).delete(caller_name(), path.rule_id)
    return Response(status=204)


@bp.get("/objectives", responses={200: ObjectivesResponse, **problems(401, 403)})
@require(Scope.MONITORING_READ)
def objectives() -> Answer:
    """List the objectives with what is left of each error budget and how fast it burned"""
    return ObjectivesResponse.of(get(Objectives).standings()).model_dump(mode="json")
