"""`/api/analytics/views`: what people keep of the dashboards."""

from __future__ import annotations

from flask import Response, current_app
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.views.service import SavedViews
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import demand, me, require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.problem import problems
from backend.routes.schemas.views import ViewBody, ViewChangeBody, ViewPath, ViewResponse, ViewsResponse

bp = APIBlueprint(
    "views",
    __name__,
    url_prefix="/views",
    abp_tags=[Tag(name="Saved views", description="Dashboard pages, funnels, and filters saved under a name.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("", responses={200: ViewsResponse, **problems(401, 403)})
@require(Scope.DASHBOARDS_READ)
def show() -> Answer:
    """List your own saved views and those shared with you, by name

    A key that belongs to no account sees shared views.
    """
    return ViewsResponse.of(get(SavedViews).seen_by(demand(Scope.DASHBOARDS_READ).account_id)).model_dump(mode="json")


@bp.post("", responses={201: ViewResponse, **problems(400, 401, 403, 413, 415, 422)})
@require(Scope.DASHBOARDS_READ)
def save(body: ViewBody) -> Answer:
    """Save a page with its parameters, a funnel, or filters for any page

    Names are unique to you: a second use is refused with the code `taken`.
    """
    new = body.view(current_app.config["BUSINESS_TIME_ZONE"], utc_now())
    return ViewResponse.of(get(SavedViews).save(me(), new)).model_dump(mode="json"), 201


@bp.patch("/<public_id>", responses={200: ViewResponse, **problems(400, 401, 403, 404, 413, 415, 422)})
@require(Scope.DASHBOARDS_READ)
def change(path: ViewPath, body: ViewChangeBody) -> Answer:
    """Rename a saved view of yours, share it, or keep it to yourself"""
    return ViewResponse.of(get(SavedViews).change(me(), path.id, body.change())).model_dump(mode="json")


@bp.delete("/<public_id>", responses={204: None, **problems(401, 403, 404)})
@require(Scope.DASHBOARDS_READ)
def delete(path: ViewPath) -> Response:
    """Delete a saved view of yours, also for those it was shared with"""
    get(SavedViews).delete(me(), path.id)
    return Response(status=204)
