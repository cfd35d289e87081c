"""`/analytics/views`: the forms that keep a page of the dashboards, and the menu of what was kept."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.views.service import SavedViews
from backend.clock import utc_now
from backend.dashboards.saved import ViewMenu, page_at
from backend.plugins import get
from backend.routes.access import demand, me, require
from backend.routes.pages.dashboard_controls import back
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.reader import reader_zone
from backend.routes.schemas.views import change_of_form, id_of, view_of_form

bp = Blueprint("view_pages", __name__, url_prefix="/analytics/views")
NO_VIEW = "You have no saved view with that ID."


def view_page(errors: Errors = NO_ERRORS) -> str:
    """What is wrong with the address is shown at the choice of what to keep of it."""
    shown = {field if field == "name" else "only_filters": message for field, message in errors.items()}
    return form_page("dashboards/save_view.html", shown, back=back())


@bp.get("")
@require(Scope.DASHBOARDS_READ)
def form() -> ResponseReturnValue:
    """Where someone lands who reloads the address of the form, or whose form was left open."""
    return view_page() if request.form else redirect(url_for("dashboards.overview"))


@bp.post("")
@require(Scope.DASHBOARDS_READ)
@if_refused(view_page)
def save_page() -> ResponseReturnValue:
    view = get(SavedViews).save(me(), view_of_form(request.form, reader_zone(), utc_now()))
    flash(f"Saved as “{view.name}”{', for everyone with dashboard access' if view.shared else ''}.")
    return redirect(back(), 303)


def change_page(errors: Errors = NO_ERRORS, *, public_id: str) -> str:
    view = get(SavedViews).own(me(), id_of(public_id, NO_VIEW))
    typed = request.form or {"name": view.name, "shared": "1" if view.shared else ""}
    return form_page("dashboards/rename_view.html", errors, back=back(), public_id=public_id, values=typed)


@bp.get("/<public_id>/change")
@require(Scope.DASHBOARDS_READ)
def change_form(public_id: str) -> ResponseReturnValue:
    return change_page(public_id=public_id)


@bp.post("/<public_id>/change")
@require(Scope.DASHBOARDS_READ)
@if_refused(change_page)
def change_from_page(public_id: str) -> ResponseReturnValue:
    changed = get(SavedViews).change(me(), id_of(public_id, NO_VIEW), change_of_form(request.form))
    flash(f"Saved as “{changed.name}”{', for everyone with dashboard access' if changed.shared else ''}.")
    return redirect(back(), 303)


@bp.post("/<public_id>/delete")
@require(Scope.DASHBOARDS_READ)
def delete_from_page(public_id: str) -> ResponseReturnValue:
    get(SavedViews).delete(me(), id_of(public_id, NO_VIEW))
    flash("Deleted.")
    return redirect(back(), 303)


@bp.app_template_global("saved_views")
def menu() -> ViewMenu | None:
    """What may be opened from the page one is at, and saved of it; nothing on pages that cannot be kept."""
    page = page_at(request.path)
    if page is None:
        return None
    if "saved_views" not in g:  # several parts of a page ask
        g.saved_views = get(SavedViews).seen_by(demand(Scope.DASHBOARDS_READ).account_id)
    return ViewMenu.of(g.saved_views, page, request.args)
