"""`/reset`, and the link that confirms a new email address. GET opens a link, and only POST uses it."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.links import AccountLinkGone
from backend.accounts.people.models import LinkPurpose
from backend.accounts.people.service import Accounts
from backend.plugins import get
from backend.routes.access import Rate, public, sign_in_token, sign_out
from backend.routes.caused_letters import NO_MAIL, flash_letter, keep_letter
from backend.routes.pages.forms import form_page, if_refused
from backend.routes.schemas.sign_in import address, password

bp = Blueprint("reset", __name__)
FORGOT = "whoever forgot their password cannot sign in"
LINK = "whoever was mailed the link"
reset_page = partial(form_page, "accounts/reset.html")
new_password_page = partial(form_page, "accounts/new_password.html")


@bp.get("/reset")
@public(FORGOT)
def form() -> ResponseReturnValue:
    return reset_page()


@bp.post("/reset")
@public(FORGOT, Rate.SIGN_IN)
@if_refused(reset_page)
def ask() -> ResponseReturnValue:
    """The same answer whether the address has an account or not."""
    get(Accounts).ask_reset(address(request.form))
    keep_letter()
    return redirect(url_for(".sent"), 303)


@bp.get("/reset/sent")
@public(FORGOT)
def sent() -> ResponseReturnValue:
    return form_page("accounts/reset_sent.html")


@bp.get("/reset/<token>")
@public(LINK)
def choice(token: str) -> ResponseReturnValue:
    get(Accounts).link_works(LinkPurpose.RESET, token)
    return new_password_page(token=token)


@bp.post("/reset/<token>")
@public(LINK, Rate.SIGN_IN)
@if_refused(new_password_page)
def reset(token: str) -> ResponseReturnValue:
    get(Accounts).reset(token, password(request.form, "Choose a password."))
    _leave()
    flash("Your new password is set. Sign in with it.")
    return redirect(url_for("sign_in.form"), 303)


@bp.get("/email/<token>")
@public(LINK)
def new_email(token: str) -> ResponseReturnValue:
    get(Accounts).link_works(LinkPurpose.CHANGE_EMAIL, token)
    return form_page("accounts/new_email.html", token=token)


@bp.post("/email/<token>")
@public(LINK, Rate.SIGN_IN)
def confirm_email(token: str) -> ResponseReturnValue:
    get(Accounts).confirm_email_change(token)
    _leave()
    confirmed = "Your new email address is confirmed. Sign in with it."
    flash_letter(confirmed, f"{confirmed} {NO_MAIL}, so the email to the old one was saved as a file.")
    return redirect(url_for("sign_in.form"), 303)


@bp.errorhandler(AccountLinkGone)
def link_gone(error: AccountLinkGone) -> ResponseReturnValue:
    again = "account.email" if request.path.startswith("/email/") else "reset.form"
    return form_page("accounts/link_gone.html", reason=str(error), again=again), error.status


def _leave() -> None:
    """Every sign-in of the account has just ended; whoever holds its link in this browser begins anew."""
    if sign_in_token():
        sign_out()
