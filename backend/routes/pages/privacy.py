"""`/privacy`, and what people may do with their data: choose, take a copy along, have it deleted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.conflict import AccountConflict
from backend.accounts.permissions import Scope
from backend.accounts.privacy.consent import VERSION, Consents
from backend.accounts.privacy.erasure import Erasures
from backend.accounts.privacy.export import Exports
from backend.clock import utc_now
from backend.errors import FieldError, InvalidRequest
from backend.personal_data import DataClasses
from backend.plugins import get
from backend.routes.access import Rate, caller, confirm_password, me, public, require
from backend.routes.consent import asks_not_to_be_tracked, said
from backend.routes.schemas.privacy import COOKIE, REMEMBERED, Choice, Said, form_of, password_of

bp = Blueprint("privacy", __name__)


@bp.get("/privacy")
@public("what is kept about people is for everyone to know")
def notice() -> ResponseReturnValue:
    return _page("privacy")


@bp.post("/privacy")
@public("everyone may choose, signed in or not")
def choose() -> ResponseReturnValue:
    """Yes and no are kept alike: in this browser, and with the account of whoever is signed in."""
    chosen = Choice.parse(request.form)
    who = caller()
    if who and who.account_id:
        get(Consents).choose(who.account_id, chosen.choice)
    response = redirect(chosen.onward, 303)
    response.set_cookie(
        COOKIE,
        Said(VERSION, chosen.choice, utc_now()).as_cookie(),
        max_age=REMEMBERED,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/account/export")
@require(Scope.ACCOUNT_SELF)
def export_page() -> ResponseReturnValue:
    return _page("export")


@bp.post("/account/export")
@require(Scope.ACCOUNT_SELF, fresh=True)
def export() -> ResponseReturnValue:
    form = form_of(request.form)
    copy = get(Exports).make(me(), form)
    response = Response(copy.as_bytes(form), mimetype=form.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"{copy.file_name}.{form}")
    return response


@bp.get("/account/delete")
@require(Scope.ACCOUNT_SELF)
def delete_page() -> ResponseReturnValue:
    return _page("delete")


@bp.post("/account/delete")
@require(Scope.ACCOUNT_SELF, rate=Rate.SIGN_IN)
def delete() -> ResponseReturnValue:
    """The password is asked for here and now, however fresh the sign-in."""
    if not confirm_password(password_of(request.form)):
        raise InvalidRequest([FieldError("password", "That is not your password.")])
    get(Erasures).ask(me())
    session.clear()
    flash("Your account is closed, and your data is being deleted.")
    return redirect(url_for(".notice"), 303)


@bp.errorhandler(AccountConflict)
def say_why_not(error: AccountConflict) -> ResponseReturnValue:
    return _page("delete", (FieldError("main", str(error)),)), error.status


@bp.errorhandler(InvalidRequest)
def ask_again(error: InvalidRequest) -> ResponseReturnValue:
    pages = {"privacy.export": "export", "privacy.delete": "delete"}
    return _page(pages.get(request.endpoint or "", "privacy"), error.errors), 422


def _page(template: str, errors: tuple[FieldError, ...] = ()) -> str:
    classes = sorted(get(DataClasses), key=lambda one: one.title)
    values: dict[str, Any] = {"classes": classes, "answer": said(), "silent": asks_not_to_be_tracked()}
    name = f"accounts/{template}.html" if template != "privacy" else "privacy.html"
    return render_template(
        name,
        errors={error.field: error.message for error in errors},
        zone=current_app.config["TIMEZONE"],
        **values,
    )
