"""`/analytics/shares`: links by which people without an account read a page of the dashboards."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.passwords import Passwords
from backend.accounts.permissions import Scope
from backend.analytics.boards.service import Boards
from backend.analytics.shares.service import Shares
from backend.clock import utc_now
from backend.dashboards.shared import BOARD, SHARED_PAGES, listed_share
from backend.plugins import get
from backend.routes.access import Rate, caller_name, me, require
from backend.routes.pages.dashboard_controls import back, names
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.reader import reader_zone
from backend.routes.schemas.shares import share_of_form
from backend.routes.schemas.views import id_of

bp = Blueprint("share_pages", __name__, url_prefix="/analytics/shares")


def share_page(errors: Errors = NO_ERRORS) -> str:
    title = SHARED_PAGES[name].title if (name := request.values.get("page", "")) in SHARED_PAGES else ""
    if board := request.values.get(BOARD):
        title = get(Boards).get(me(), board).name
    return form_page("dashboards/share.html", errors, back=back(), asked=request.values, title=title)


@bp.get("")
@require(Scope.DASHBOARDS_READ)
def shares() -> ResponseReturnValue:
    today, named = get(Shares).today(), names()
    listed = [listed_share(share, named, today) for share in get(Shares).of(me())]
    return render_template("dashboards/shares.html", shares=listed, zone=reader_zone(), site=request.host_url)


@bp.get("/new")
@require(Scope.DASHBOARDS_READ)
def form() -> ResponseReturnValue:
    return share_page() if request.values.get("page") in SHARED_PAGES else redirect(url_for(".shares"))


@bp.post("/new")
@require(Scope.DASHBOARDS_READ, Rate.GRANT)
@if_refused(share_page)
def make() -> ResponseReturnValue:
    shares, problem_of = get(Shares), get(Passwords).problem
    new = share_of_form(request.form, current_app.config["BUSINESS_TIME_ZONE"], utc_now(), shares.today(), problem_of)
    for board in new.parameters.get(BOARD, ()):
        get(Boards).get(me(), board)
    shares.make(caller_name(), me(), new)
    flash("Link made. Anyone who has it can see the page.")
    return redirect(url_for(".shares"), 303)


@bp.post("/<public_id>/withdraw")
@require(Scope.DASHBOARDS_READ)
def withdraw(public_id: str) -> ResponseReturnValue:
    get(Shares).withdraw(caller_name(), me(), id_of(public_id, "You have no shared link with that ID."))
    flash("Link withdrawn. It no longer opens.")
    return redirect(url_for(".shares"), 303)
