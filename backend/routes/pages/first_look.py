"""`/first-look/…`: the link that `make run` prints, which signs a local admin in, once."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.accounts.sign_in.browser import browser_of
from backend.accounts.sign_in.first_look import FirstLook, FirstLookUsed
from backend.accounts.sign_in.service import SignIns
from backend.errors import Unavailable
from backend.plugins import get
from backend.routes.access import caller, public, sign_in, sign_in_token
from backend.routes.client_address import demand_local
from backend.routes.pages.forms import form_page

bp = Blueprint("first_look", __name__)
bp.before_request(demand_local)
AHEAD = ("Sec-Purpose", "Purpose", "X-Moz")  # what browsers say when they fetch a page before anybody asked for it


@bp.get("/first-look/<token>")
@public("whoever started this server has the link from its terminal")
def first_look(token: str) -> ResponseReturnValue:
    get(FirstLook).demand(token)
    if request.method == "HEAD" or any("prefetch" in request.headers.get(name, "") for name in AHEAD):
        raise Unavailable("This link works once, for whoever follows it.")
    before, opened = sign_in_token(), get(FirstLook).sign_in(browser_of(request.user_agent.string))
    if before:
        get(SignIns).end(before)
    sign_in(opened)
    return redirect(url_for("dashboards.overview"), 303)


@bp.errorhandler(FirstLookUsed)
def used(error: FirstLookUsed) -> ResponseReturnValue:
    """Whoever followed it twice is signed in already."""
    who = caller()
    if who is not None and Scope.DASHBOARDS_READ in who.scopes:
        return redirect(url_for("dashboards.overview"), 303)
    return form_page("accounts/first_look_used.html"), error.status
