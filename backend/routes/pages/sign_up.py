"""`/sign-up` and the mailed links that make an account usable. GET opens a link, and only POST uses it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.links import AccountLinkGone
from backend.accounts.people.models import LinkPurpose
from backend.accounts.people.passwords import Passwords
from backend.accounts.people.service import Accounts
from backend.errors import FieldError, InvalidRequest
from backend.plugins import get
from backend.routes.access import Rate, caller, public
from backend.routes.pages.sign_in import begin_for
from backend.routes.schemas.sign_in import SignUpForm, password

bp = Blueprint("sign_up", __name__)
ANYONE = "anyone may have an account"
LINK = "whoever was mailed the link"


@bp.get("/sign-up")
@public(ANYONE)
def form() -> ResponseReturnValue:
    """Whoever is signed in has an account."""
    return redirect(url_for("account.home"), 303) if caller() else _page("sign_up")


@bp.post("/sign-up")
@public(ANYONE, Rate.SIGN_IN)
def sign_up() -> ResponseReturnValue:
    """The same answer whether the address has an account or not."""
    given = SignUpForm.parse(request.form, get(Passwords).problem)
    get(Accounts).sign_up(given.email, given.password)
    return redirect(url_for(".sent"), 303)


@bp.get("/sign-up/sent")
@public(ANYONE)
def sent() -> ResponseReturnValue:
    return _page("sign_up_sent")


@bp.get("/verify/<token>")
@public(LINK)
def verification(token: str) -> ResponseReturnValue:
    get(Accounts).link_works(LinkPurpose.VERIFY, token)
    return _page("verify", token=token)


@bp.post("/verify/<token>")
@public(LINK, Rate.SIGN_IN)
def verify(token: str) -> ResponseReturnValue:
    typed = password(request.form, "Enter the password that you chose.")
    return begin_for(get(Accounts).verify(token, typed))


@bp.get("/invitation/<token>")
@public(LINK)
def invitation(token: str) -> ResponseReturnValue:
    get(Accounts).link_works(LinkPurpose.INVITE, token)
    return _page("invitation", token=token)


@bp.post("/invitation/<token>")
@public(LINK, Rate.SIGN_IN)
def accept(token: str) -> ResponseReturnValue:
    chosen = password(request.form, "Choose a password.")
    return begin_for(get(Accounts).accept_invitation(token, chosen))


@bp.errorhandler(InvalidRequest)
def ask_again(error: InvalidRequest) -> ResponseReturnValue:
    """The same page, with a sentence for each bad field. Passwords that were typed do not come back."""
    templates = {"sign_up.sign_up": "sign_up", "sign_up.verify": "verify", "sign_up.accept": "invitation"}
    return _page(templates[request.endpoint or ""], error.errors, **(request.view_args or {})), error.status


@bp.errorhandler(AccountLinkGone)
def link_gone(error: AccountLinkGone) -> ResponseReturnValue:
    invited = request.path.startswith("/invitation/")
    return _page("link_gone", reason=str(error), again=None if invited else "sign_up.form"), error.status


def _page(template: str, errors: tuple[FieldError, ...] = (), **values: object) -> str:
    by_field = {error.field: error.message for error in errors}
    return render_template(f"accounts/{template}.html", errors=by_field, values=request.form, **values)
