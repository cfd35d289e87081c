"""`/api/analytics/views` and `/analytics/views`: what people keep of the dashboards."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.views.service import SavedViews
from backend.analytics.views.view import SavedView
from backend.clock import utc_now
from backend.errors import InvalidRequest
from backend.plugins import get
from backend.routes.access import demand, me, require
from backend.routes.pages.dashboard_controls import back
from backend.dashboards.saved import Menu
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.problem import problems
from backend.routes.schemas.views import ViewBody, ViewPath, ViewResponse, ViewsResponse, id_of, page_at, view_of_form

bp = APIBlueprint(
    "views",
    __name__,
    url_prefix="/views",
    abp_tags=[Tag(name="Saved views", description="Pages of the dashboards, funnels and filters, kept by name.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)
pages = Blueprint("view_pages", __name__, url_prefix="/analytics/views")


@bp.get("", responses={200: ViewsResponse, **problems(401, 403)})
@require(Scope.DASHBOARDS_READ)
def show() -> Answer:
    """Your own, and what others share, by name

    A key that belongs to no account sees what is shared.
    """
    return ViewsResponse.of(_seen()).model_dump(mode="json")


@bp.post("", responses={201: ViewResponse, **problems(400, 401, 403, 413, 415, 422)})
@require(Scope.DASHBOARDS_READ)
def save(body: ViewBody) -> Answer:
    """Keep a page with its parameters, a funnel, or filters that fit every page

    A name is yours once: the second time it is refused with the code `taken`.
    """
    new = body.view(current_app.config["TIMEZONE"], utc_now())
    return ViewResponse.of(get(SavedViews).save(me(), new)).model_dump(mode="json"), 201


@bp.delete("/<public_id>", responses={204: None, **problems(401, 403, 404)})
@require(Scope.DASHBOARDS_READ)
def delete(path: ViewPath) -> Response:
    """Delete one of your own, also for those with whom it was shared"""
    get(SavedViews).delete(me(), path.id)
    return Response(status=204)


@pages.get("")
@require(Scope.DASHBOARDS_READ)
def form() -> ResponseReturnValue:
    """Where someone lands who reloads the address of the form, or whose form was left open."""
    return _form({}) if request.form else redirect(url_for("analytics_pages.overview"))


@pages.post("")
@require(Scope.DASHBOARDS_READ)
def save_page() -> ResponseReturnValue:
    view = get(SavedViews).save(me(), view_of_form(request.form, current_app.config["TIMEZONE"], utc_now()))
    flash(f"Saved as “{view.name}”{', for everybody who reads the dashboards' if view.shared else ''}.")
    return redirect(back(), 303)


@pages.post("/<public_id>/delete")
@require(Scope.DASHBOARDS_READ)
def delete_from_page(public_id: str) -> ResponseReturnValue:
    get(SavedViews).delete(me(), id_of(public_id, "You have no saved view of that id."))
    flash("It is deleted.")
    return redirect(back(), 303)


@pages.errorhandler(InvalidRequest)
def ask_again(error: InvalidRequest) -> ResponseReturnValue:
    """What is wrong with the address is told at the choice of what to keep of it."""
    errors = {one.field if one.field == "name" else "only_filters": one.message for one in error.errors}
    return _form(errors), 422


@pages.app_template_global("saved_views")
def menu() -> Menu | None:
    """What may be opened from the page one is at, and saved of it; nothing on pages that cannot be kept."""
    page = page_at(request.path)
    return Menu.of(_seen(), page, request.args) if page else None


def _seen() -> tuple[SavedView, ...]:
    return get(SavedViews).seen_by(demand(Scope.DASHBOARDS_READ).account_id)


def _form(errors: dict[str, str]) -> str:
    return render_template("dashboards/save_view.html", errors=errors, typed=request.form, back=back())
