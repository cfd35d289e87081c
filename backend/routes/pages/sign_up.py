"""`/sign-up` and the mailed links that make an account usable. GET opens a link, and only POST uses it."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.links import AccountLinkGone
from backend.accounts.people.models import LinkPurpose
from backend.accounts.people.passwords import Passwords
from backend.accounts.people.service import Accounts
from backend.plugins import get
from backend.routes.access import Rate, caller, public
from backend.routes.caused_letters import keep_letter
from backend.routes.pages.forms import form_page, if_refused
from backend.routes.pages.sign_in import begin_for
from backend.routes.schemas.sign_in import SignUpForm, password

bp = Blueprint("sign_up", __name__)
ANYONE = "anyone may have an account"
LINK = "whoever was mailed the link"
sign_up_page = partial(form_page, "accounts/sign_up.html")
verification_page = partial(form_page, "accounts/verify.html")
invitation_page = partial(form_page, "accounts/invitation.html")


@bp.get("/sign-up")
@public(ANYONE)
def form() -> ResponseReturnValue:
    """Whoever is signed in has an account."""
    return redirect(url_for("account.home"), 303) if caller() else sign_up_page()


@bp.post("/sign-up")
@public(ANYONE, Rate.SIGN_IN)
@if_refused(sign_up_page)
def sign_up() -> ResponseReturnValue:
    """The same answer whether the address has an account or not."""
    credentials = SignUpForm.parse(request.form, get(Passwords).problem)
    get(Accounts).sign_up(credentials.email, credentials.password)
    keep_letter()
    return redirect(url_for(".sent"), 303)


@bp.get("/sign-up/sent")
@public(ANYONE)
def sent() -> ResponseReturnValue:
    return form_page("accounts/sign_up_sent.html")


@bp.get("/verify/<token>")
@public(LINK)
def verification(token: str) -> ResponseReturnValue:
    get(Accounts).link_works(LinkPurpose.VERIFY, token)
    return verification_page(token=token)


@bp.post("/verify/<token>")
@public(LINK, Rate.SIGN_IN)
@if_refused(verification_page)
def verify(token: str) -> ResponseReturnValue:
    chosen = password(request.form, "Enter the password you chose.")
    return begin_for(get(Accounts).verify(token, chosen))


@bp.get("/invitation/<token>")
@public(LINK)
def invitation(token: str) -> ResponseReturnValue:
    get(Accounts).link_works(LinkPurpose.INVITE, token)
    return invitation_page(token=token)


@bp.post("/invitation/<token>")
@public(LINK, Rate.SIGN_IN)
@if_refused(invitation_page)
def accept(token: str) -> ResponseReturnValue:
    chosen = password(request.form, "Choose a password.")
    return begin_for(get(Accounts).accept_invitation(token, chosen))


@bp.errorhandler(AccountLinkGone)
def link_gone(error: AccountLinkGone) -> ResponseReturnValue:
    invited = request.path.startswith("/invitation/")
    again = None if invited else "sign_up.form"
    return form_page("accounts/link_gone.html", reason=str(error), again=again), error.status
