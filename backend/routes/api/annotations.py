"""`/api/analytics/annotations`: what happened when, beside the figures."""

from __future__ import annotations

from flask import Response, current_app
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.annotations.service import Annotations
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import demand, me, require
from backend.routes.annotations import delete_annotation
from backend.routes.schemas.annotations import AnnotationBody, AnnotationPath, AnnotationResponse, AnnotationsResponse
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.dashboard import DaysQuery
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "annotations",
    __name__,
    url_prefix="/annotations",
    abp_tags=[Tag(name="Annotations", description="What happened when, marked on every chart over time.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("", responses={200: AnnotationsResponse, **problems(400, 401, 403, 422)})
@require(Scope.DASHBOARDS_READ)
def show(query: DaysQuery) -> Answer:
    """List the annotations of a period in order; by default, the last 30 days"""
    period = query.period(current_app.config["BUSINESS_TIME_ZONE"], utc_now())
    annotations = get(Annotations).within(period, demand(Scope.DASHBOARDS_READ).account_id)
    return AnnotationsResponse.of(annotations).model_dump(mode="json")


@bp.post("", responses={201: AnnotationResponse, **problems(400, 401, 403, 413, 415, 422)})
@require(Scope.DASHBOARDS_READ)
def add(body: AnnotationBody) -> Answer:
    """Add what happened on a day or at an instant, for everyone with dashboard access"""
    new = body.annotation()
    return AnnotationResponse.of(get(Annotations).add(me(), new.at, new.text)).model_dump(mode="json"), 201


@bp.put("/<public_id>", responses={200: AnnotationResponse, **problems(400, 401, 403, 404, 413, 415, 422)})
@require(Scope.DASHBOARDS_READ)
def change(path: AnnotationPath, body: AnnotationBody) -> Answer:
    """Change an annotation you wrote"""
    new = body.annotation()
    return AnnotationResponse.of(get(Annotations).change(me(), path.id, new.at, new.text)).model_dump(mode="json")


@bp.delete("/<public_id>", responses={204: None, **problems(401, 403, 404)})
@require(Scope.DASHBOARDS_READ)
def delete(path: AnnotationPath) -> Response:
    """Delete an annotation you wrote; admins can delete any"""
    delete_annotation(path.id)
    return Response(status=204)
