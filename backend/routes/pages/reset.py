"""`/reset`, and the link that confirms a new e-mail address. GET opens a link, and only POST uses it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.links import AccountLinkGone
from backend.accounts.people.models import LinkPurpose
from backend.accounts.people.service import Accounts
from backend.errors import FieldError, InvalidRequest
from backend.plugins import get
from backend.routes.access import Rate, public, sign_in_token, sign_out
from backend.routes.schemas.sign_in import address, password

bp = Blueprint("reset", __name__)
FORGOT = "whoever forgot their password cannot sign in"
LINK = "whoever was mailed the link"


@bp.get("/reset")
@public(FORGOT)
def form() -> ResponseReturnValue:
    return _page("reset")


@bp.post("/reset")
@public(FORGOT, Rate.SIGN_IN)
def ask() -> ResponseReturnValue:
    """The same answer whether the address has an account or not."""
    get(Accounts).ask_reset(address(request.form))
    return redirect(url_for(".sent"), 303)


@bp.get("/reset/sent")
@public(FORGOT)
def sent() -> ResponseReturnValue:
    return _page("reset_sent")


@bp.get("/reset/<token>")
@public(LINK)
def choice(token: str) -> ResponseReturnValue:
    get(Accounts).link_works(LinkPurpose.RESET, token)
    return _page("new_password", token=token)


@bp.post("/reset/<token>")
@public(LINK, Rate.SIGN_IN)
def reset(token: str) -> ResponseReturnValue:
    get(Accounts).reset(token, password(request.form, "Choose a password."))
    _leave()
    flash("Your new password is set. Sign in with it.")
    return redirect(url_for("sign_in.form"), 303)


@bp.get("/email/<token>")
@public(LINK)
def new_email(token: str) -> ResponseReturnValue:
    get(Accounts).link_works(LinkPurpose.CHANGE_EMAIL, token)
    return _page("new_email", token=token)


@bp.post("/email/<token>")
@public(LINK, Rate.SIGN_IN)
def confirm_email(token: str) -> ResponseReturnValue:
    get(Accounts).confirm_email_change(token)
    _leave()
    flash("Your new e-mail address is confirmed. Sign in with it.")
    return redirect(url_for("sign_in.form"), 303)


@bp.errorhandler(InvalidRequest)
def ask_again(error: InvalidRequest) -> ResponseReturnValue:
    """The same page, with a sentence for each bad field. Passwords that were typed do not come back."""
    template = "reset" if request.endpoint == "reset.ask" else "new_password"
    return _page(template, error.errors, **(request.view_args or {})), error.status


@bp.errorhandler(AccountLinkGone)
def link_gone(error: AccountLinkGone) -> ResponseReturnValue:
    again = "account.email" if request.path.startswith("/email/") else "reset.form"
    return _page("link_gone", reason=str(error), again=again), error.status


def _leave() -> None:
    """Every sign-in of the account has just ended; whoever holds its link in this browser begins anew."""
    if sign_in_token():
        sign_out()


def _page(template: str, errors: tuple[FieldError, ...] = (), **values: object) -> str:
    by_field = {error.field: error.message for error in errors}
    return render_template(f"accounts/{template}.html", errors=by_field, values=request.form, **values)
