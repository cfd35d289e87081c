"""`/sign-in`, its second step, `/sign-out`, and setting up the second factor that an operator can't go without."""

from __future__ import annotations

import segno
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.authenticated import Authenticated
from backend.accounts.people.directory import Directory
from backend.accounts.permissions import Role, Scope
from backend.accounts.sign_in.browser import browser_of
from backend.accounts.sign_in.service import CodeRefused, SignInRefused, SignIns
from backend.accounts.sign_in.state import SignInState
from backend.accounts.sign_in.totp import FactorConflict, SecondFactor, WrongCode
from backend.errors import Unauthenticated
from backend.plugins import get
from backend.routes.access import (
    Rate,
    demand_fresh_proof,
    is_lasting,
    me,
    public,
    recognise,
    sign_in,
    sign_in_token,
    sign_out,
    stay_signed_in,
)
from backend.routes.access import caller as who_asks
from backend.routes.draft_keys import let_go
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused, refused_form
from backend.routes.schemas.onward import safe_next
from backend.routes.schemas.sign_in import CodeForm, SignInForm

bp = Blueprint("sign_in", __name__)
WHO = "where people say who they are"
ENROLS = "whoever signs in without the second factor that they need; it asks for their sign-in itself"
FACTOR = "/account/second-factor"
HOMES = ((Scope.DASHBOARDS_READ, "/analytics"), (Scope.JOBS_READ, "/admin/jobs"))


def sign_in_page(errors: Errors = NO_ERRORS) -> str:
    return form_page("accounts/sign_in.html", errors, next=request.values.get("next", ""))


def code_page(errors: Errors = NO_ERRORS) -> str:
    return form_page("accounts/code.html", errors, next=request.values.get("next", ""))


def factor_page(errors: Errors = NO_ERRORS) -> str:
    waiting = get(SecondFactor).waiting(_enrolling())
    drawn = _qr(waiting.uri) if waiting else ""
    context = {"next": request.values.get("next", ""), "needed": who_asks() is None}
    return form_page("accounts/second_factor.html", errors, waiting=waiting, drawn=drawn, **context)


@bp.get("/sign-in")
@public(WHO)
def form() -> ResponseReturnValue:
    onward, step = request.values.get("next", ""), get(SignIns).state(sign_in_token() or "")
    if step is SignInState.OVER:
        return sign_in_page()
    return _go_on(step, onward)


@bp.post("/sign-in")
@public(WHO, Rate.SIGN_IN)
@if_refused(sign_in_page, {SignInRefused: "password"})
def begin() -> ResponseReturnValue:
    credentials = SignInForm.parse(request.form)
    who = get(SignIns).authenticate(credentials.email, credentials.password)
    return begin_for(who, credentials.next, stays=credentials.stays)


def begin_for(who: Authenticated, onward: str = "", *, stays: bool = False) -> ResponseReturnValue:
    """Sign in someone whose password was just shown, as far as that goes without their second factor."""
    before, token = sign_in_token(), get(SignIns).open(who, browser_of(request.user_agent.string))
    if before:
        get(SignIns).end(before)
    sign_in(token, lasting=stays and not who.role.needs_second_factor)
    return _go_on(get(SignIns).state(token), onward)


@bp.get("/sign-in/code")
@public(WHO)
def code_form() -> ResponseReturnValue:
    onward, step = request.values.get("next", ""), get(SignIns).state(sign_in_token() or "")
    if step is not SignInState.NEEDS_CODE:
        return _go_on(step, onward)
    return code_page()


@bp.post("/sign-in/code")
@public(WHO, Rate.SIGN_IN)
@if_refused(code_page, {CodeRefused: "code"})
def prove() -> ResponseReturnValue:
    proof = CodeForm.parse(request.form)
    sign_in(get(SignIns).prove(sign_in_token() or "", proof.code), lasting=is_lasting())
    return _go_on(SignInState.OPEN, proof.next)


@bp.post("/sign-out")
@public("whoever is signed in may leave")
def leave() -> ResponseReturnValue:
    sign_out()
    flash("You’re signed out.")
    return let_go(redirect(url_for("sign_in.form"), 303))


@bp.get(FACTOR)
@public(ENROLS)
def factor() -> ResponseReturnValue:
    if who_asks() and get(Directory).own(me()).factor_since:
        return redirect(url_for("account.remove_factor"), 303)
    return factor_page()


@bp.post(FACTOR)
@public(ENROLS, Rate.SIGN_IN)
def enrol() -> ResponseReturnValue:
    """Make a secret to be scanned, new at each press."""
    get(SecondFactor).enrol(_enrolling())
    return redirect(url_for("sign_in.factor", next=request.form.get("next") or None), 303)


@bp.post(f"{FACTOR}/confirm")
@public(ENROLS, Rate.SIGN_IN)
@if_refused(factor_page, {WrongCode: "code"})
def confirm() -> ResponseReturnValue:
    """The recovery codes are in this answer, and never shown again."""
    proof, account_id = CodeForm.parse(request.form), _enrolling()
    codes = get(SecondFactor).confirm(account_id, proof.code)
    stay_signed_in()
    recognise()
    return form_page("accounts/second_factor_on.html", codes=codes, onward=_target(proof.next))


@bp.get(f"{FACTOR}/confirm")
@public(ENROLS)
def back_to_factor() -> ResponseReturnValue:
    """Where someone lands who reloads the address of the form."""
    return redirect(url_for("sign_in.factor"), 303)


@bp.errorhandler(FactorConflict)
def leave_factor_alone(_error: FactorConflict) -> ResponseReturnValue:
    return redirect("/account", 303)


@bp.errorhandler(Unauthenticated)
def from_the_start(error: Unauthenticated) -> ResponseReturnValue:
    """A step of signing in came too late, or after too many wrong codes. What was typed wrong is asked again."""
    if page := refused_form(error):
        return page
    flash(str(error))
    return redirect(url_for("sign_in.form", next=request.values.get("next") or None), 303)


def _enrolling() -> int:
    """The account that sets up a second factor. Raises Unauthenticated, ProofTooOld."""
    if who_asks() is not None:
        demand_fresh_proof()
    return get(SignIns).enrolling(sign_in_token() or "")


def _qr(text: str) -> str:
    """Black on white in either colour scheme, or few cameras would read it."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=5, dark="#000", light="#fff")


def _go_on(step: SignInState, onward: str) -> ResponseReturnValue:
    """To the step of signing in that comes next; after the last, to where they wanted to go."""
    after = onward or None
    match step:
        case SignInState.OVER:
            return redirect(url_for("sign_in.form", next=after), 303)
        case SignInState.NEEDS_CODE:
            return redirect(url_for("sign_in.code_form", next=after), 303)
        case SignInState.NEEDS_FACTOR:
            return redirect(url_for("sign_in.factor", next=after), 303)
        case SignInState.OPEN:
            return redirect(_target(onward), 303)


def _target(onward: str) -> str:
    """Where they wanted to go, if that is here, else the first page that is for them."""
    role = get(SignIns).role(sign_in_token() or "")
    return safe_next(onward, _home(role)) if onward else _home(role)


def _home(role: Role) -> str:
    return next((address for scope, address in HOMES if scope in role.scopes), "/account")
