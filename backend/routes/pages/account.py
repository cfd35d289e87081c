"""`/account`: what people see and change of their own account. Whose it is comes from the sign-in alone."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.directory import Directory
from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Scope
from backend.accounts.sign_in.service import SignIns
from backend.accounts.sign_in.totp import RECOVERY_CODES, SecondFactor, WrongCode
from backend.assessments.job_impact.service import OwnResults
from backend.errors import FieldError, InvalidRequest
from backend.plugins import get
from backend.routes.access import (
    Rate,
    account_holder,
    caller,
    confirm_password,
    me,
    require,
    sign_in_token,
    stay_signed_in,
)
from backend.routes.caused_letters import NO_MAIL, flash_letter
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.schemas.account import HOME, ROLES, Confirmation, EmailChange, PasswordChange, Removal, TypedAgain
from backend.routes.schemas.onward import safe_next

bp = Blueprint("account", __name__, url_prefix="/account")
remove_factor_page = partial(form_page, "accounts/remove_factor.html")


def email_page(errors: Errors = NO_ERRORS) -> str:
    return form_page("accounts/email.html", errors, email=get(Directory).email_of(me()))


def password_page(errors: Errors = NO_ERRORS) -> str:
    return form_page("accounts/password.html", errors, email=get(Directory).email_of(me()))


def confirm_page(errors: Errors = NO_ERRORS) -> str:
    """What was sent to where somebody wanted to go is carried on."""
    return form_page("accounts/confirm.html", errors, confirmation=Confirmation.again(request.form.items(multi=True)))


@bp.get("")
@require(Scope.ACCOUNT_SELF)
def home() -> ResponseReturnValue:
    sign_ins, holder = get(SignIns).list(me(), sign_in_token() or ""), account_holder()
    own, results = get(Directory).own(me()), get(OwnResults).of(holder) if holder else ()
    return form_page(
        "accounts/account.html", own=own, results=results, sign_ins=sign_ins, roles=ROLES, codes=RECOVERY_CODES
    )


@bp.get("/email")
@require(Scope.ACCOUNT_SELF)
def email() -> ResponseReturnValue:
    return email_page()


@bp.post("/email")
@require(Scope.ACCOUNT_SELF, rate=Rate.SIGN_IN)
@if_refused(email_page)
def change_email() -> ResponseReturnValue:
    change = EmailChange.parse(request.form)
    get(Accounts).ask_email_change(me(), change.password, change.email)
    changes = "Your address changes when you open it."
    flash_letter(
        f"We sent a link to {change.email}. {changes}",
        f"{NO_MAIL}, so the link for {change.email} was saved as a file. {changes}",
    )
    return redirect(url_for(".home"), 303)


@bp.get("/password")
@require(Scope.ACCOUNT_SELF)
def password() -> ResponseReturnValue:
    return password_page()


@bp.post("/password")
@require(Scope.ACCOUNT_SELF, rate=Rate.SIGN_IN)
@if_refused(password_page)
def change_password() -> ResponseReturnValue:
    change = PasswordChange.parse(request.form)
    get(Accounts).change_password(me(), change.old, change.new)
    stay_signed_in()
    flash("Your password has been changed. You’re signed out everywhere else.")
    return redirect(url_for(".home"), 303)


@bp.get("/second-factor/remove")
@require(Scope.ACCOUNT_SELF, fresh=True)
def remove_factor() -> ResponseReturnValue:
    return remove_factor_page()


@bp.post("/second-factor/remove")
@require(Scope.ACCOUNT_SELF, fresh=True, rate=Rate.SIGN_IN)
@if_refused(remove_factor_page, {WrongCode: "code"})
def drop_factor() -> ResponseReturnValue:
    """Leads on to the page that sets up another, where the role needs one or its owner wants one."""
    get(SecondFactor).give_up(me(), Removal.parse(request.form).code)
    stay_signed_in()
    flash("Your authenticator app has been removed. You’re signed out everywhere else.")
    sets_up_another = needs_factor() or "replace" in request.form
    return redirect(url_for("sign_in.factor" if sets_up_another else ".home"), 303)


@bp.get("/recovery-codes")
@require(Scope.ACCOUNT_SELF, fresh=True)
def recovery_codes() -> ResponseReturnValue:
    left = get(SecondFactor).recovery_codes_left(me())
    return form_page("accounts/recovery_codes.html", made=(), left=left, codes=RECOVERY_CODES)


@bp.post("/recovery-codes")
@require(Scope.ACCOUNT_SELF, fresh=True)
def make_recovery_codes() -> ResponseReturnValue:
    """Shown in this answer, and never again."""
    return form_page("accounts/recovery_codes.html", made=get(SecondFactor).renew_recovery_codes(me()))


@bp.post("/sign-ins/<int:number>/end")
@require(Scope.ACCOUNT_SELF)
def end_sign_in(number: int) -> ResponseReturnValue:
    get(SignIns).end_one(me(), number)
    flash("That browser has been signed out.")
    return redirect(url_for(".home", _anchor="sign-ins"), 303)


@bp.post("/sign-ins/end-others")
@require(Scope.ACCOUNT_SELF)
def end_other_sign_ins() -> ResponseReturnValue:
    get(SignIns).end_others(me(), sign_in_token() or "")
    flash("You’re signed out everywhere else.")
    return redirect(url_for(".home", _anchor="sign-ins"), 303)


@bp.get("/confirm")
@require(Scope.ACCOUNT_SELF)
def confirm() -> ResponseReturnValue:
    return form_page("accounts/confirm.html", confirmation=Confirmation(safe_next(request.args.get("next", ""), HOME)))


@bp.post("/confirm")
@require(Scope.ACCOUNT_SELF, rate=Rate.SIGN_IN)
@if_refused(confirm_page)
def go_on() -> ResponseReturnValue:
    """To where somebody wanted to go. With 307 the browser sends again what it sent there before."""
    proof = TypedAgain.parse(request.form)
    if not confirm_password(proof.password):
        raise InvalidRequest([FieldError("confirm_password", "That is not your password.")])
    return redirect(proof.confirmation.onward, 307 if proof.confirmation.sends_again else 303)


def needs_factor() -> bool:
    """Whether whoever asks may not go without a second factor."""
    who = caller()
    return who is not None and who.role is not None and who.role.needs_second_factor
