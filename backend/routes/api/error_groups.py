"""`/api/analytics/performance/errors`: what failed, grouped."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.errors.service import ErrorService
from backend.plugins import get
from backend.routes.access import caller_name, require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.error_groups import (
    ErrorGroupBody,
    ErrorGroupPath,
    ErrorGroupResponse,
    ErrorGroupsResponse,
    ErrorsQuery,
)
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "error_groups",
    __name__,
    url_prefix="/performance/errors",
    abp_tags=[Tag(name="Errors", description="What failed in the code, grouped by type and place.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("", responses={200: ErrorGroupsResponse, **problems(401, 403, 422)})
@require(Scope.MONITORING_READ)
def show_all(query: ErrorsQuery) -> Answer:
    """List the 200 error groups of a state that were seen last, the latest first"""
    return ErrorGroupsResponse.of(get(ErrorService).groups(query.state)).model_dump(mode="json")


@bp.get("/<group_id>", responses={200: ErrorGroupResponse, **problems(401, 403, 404)})
@require(Scope.MONITORING_READ)
def show(path: ErrorGroupPath) -> Answer:
    """Read an error group with one masked error, its routes, and its last requests"""
    return ErrorGroupResponse.of(get(ErrorService).group(path.id)).model_dump(mode="json")


@bp.put("/<group_id>", responses={200: ErrorGroupResponse, **problems(400, 401, 403, 404, 413, 415, 422)})
@require(Scope.MONITORING_CONTROL)
def change(path: ErrorGroupPath, body: ErrorGroupBody) -> Answer:
    """Mark an error group as known or resolved, or ignore it and say why"""
    group = get(ErrorService).decide(path.id, body.state, body.checked_reason(), caller_name())
    return ErrorGroupResponse.of(group).model_dump(mode="json")
