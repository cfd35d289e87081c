"""`/privacy`, and what people may do with their data: choose, take a copy along, have it deleted."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.conflict import AccountConflict
from backend.accounts.permissions import Scope
from backend.accounts.privacy.consent import VERSION, Consents
from backend.accounts.privacy.erasure import Erasures
from backend.accounts.privacy.export import Exports
from backend.accounts.privacy.models import ConsentChoice
from backend.clock import utc_now
from backend.errors import FieldError, InvalidRequest
from backend.personal_data import DataClasses
from backend.plugins import get
from backend.routes.access import Rate, caller, confirm_password, me, public, require
from backend.routes.caused_letters import NO_MAIL, flash_letter
from backend.routes.consent import asks_not_to_be_tracked, forget_visitor, said
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.schemas.privacy import (
    COOKIE,
    REMEMBERED,
    ConsentAnswer,
    ConsentForm,
    by_importance,
    form_of,
    password_of,
)

bp = Blueprint("privacy", __name__)


def privacy_page(template: str, errors: Errors = NO_ERRORS) -> str:
    classes = by_importance(get(DataClasses))
    return form_page(template, errors, classes=classes, answer=said(), silent=asks_not_to_be_tracked())


notice_page = partial(privacy_page, "privacy.html")
export_form = partial(privacy_page, "accounts/export.html")
deletion_form = partial(privacy_page, "accounts/delete.html")


@bp.get("/privacy")
@public("what is kept about people is for everyone to know")
def notice() -> ResponseReturnValue:
    return notice_page()


@bp.post("/privacy")
@public("everyone may choose, signed in or not")
@if_refused(notice_page)
def choose() -> ResponseReturnValue:
    """Yes and no are kept alike: in this browser, and with the account of whoever is signed in."""
    chosen = ConsentForm.parse(request.form)
    who = caller()
    if who and who.account_id:
        get(Consents).choose(who.account_id, chosen.choice)
    if chosen.choice is ConsentChoice.REJECTED:
        forget_visitor()
    response = redirect(chosen.onward, 303)
    response.set_cookie(
        COOKIE,
        ConsentAnswer(VERSION, chosen.choice, utc_now()).as_cookie(),
        max_age=REMEMBERED,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/account/export")
@require(Scope.ACCOUNT_SELF)
def export_page() -> ResponseReturnValue:
    return export_form()


@bp.post("/account/export")
@require(Scope.ACCOUNT_SELF, fresh=True)
@if_refused(export_form)
def export() -> ResponseReturnValue:
    form = form_of(request.form)
    copy = get(Exports).make(me(), form)
    response = Response(copy.as_bytes(form), mimetype=form.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"{copy.file_name}.{form}")
    return response


@bp.get("/account/delete")
@require(Scope.ACCOUNT_SELF)
def delete_page() -> ResponseReturnValue:
    return deletion_form()


@bp.post("/account/delete")
@require(Scope.ACCOUNT_SELF, rate=Rate.SIGN_IN)
@if_refused(deletion_form, {AccountConflict: "main"})
def delete() -> ResponseReturnValue:
    """The password is asked for here and now, however fresh the sign-in."""
    if not confirm_password(password_of(request.form)):
        raise InvalidRequest([FieldError("password", "That is not your password.")])
    get(Erasures).ask(me())
    session.clear()
    closed = "Your account is closed, and your data is being deleted."
    flash_letter(closed, f"{closed} {NO_MAIL}, so the email that confirms it was saved as a file.")
    return redirect(url_for(".notice"), 303)
