"""`/account`: what people see and change of their own account. Whose it is comes from the sign-in alone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
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
    caller,
    confirm_password,
    me,
    my_public_id,
    require,
    sign_in_token,
    stay_signed_in,
)
from backend.routes.schemas.account import HOME, ROLES, Confirmation, EmailChange, PasswordChange, Removal, TypedAgain
from backend.routes.schemas.onward import safe_next

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@require(Scope.ACCOUNT_SELF)
def home() -> ResponseReturnValue:
    sign_ins = get(SignIns).list(me(), sign_in_token() or "")
    own, results = get(Directory).own(me()), get(OwnResults).of(my_public_id() or "")
    return _page("account", own=own, results=results, sign_ins=sign_ins, roles=ROLES, codes=RECOVERY_CODES)


@bp.get("/email")
@require(Scope.ACCOUNT_SELF)
def email() -> ResponseReturnValue:
    return _page("email", email=get(Directory).email_of(me()))


@bp.post("/email")
@require(Scope.ACCOUNT_SELF, rate=Rate.SIGN_IN)
def change_email() -> ResponseReturnValue:
    change = EmailChange.parse(request.form)
    get(Accounts).ask_email_change(me(), change.password, change.email)
    flash(f"We have sent a link to {change.email}. Your address changes when you open it.")
    return redirect(url_for(".home"), 303)


@bp.get("/password")
@require(Scope.ACCOUNT_SELF)
def password() -> ResponseReturnValue:
    return _page("password", email=get(Directory).email_of(me()))


@bp.post("/password")
@require(Scope.ACCOUNT_SELF, rate=Rate.SIGN_IN)
def change_password() -> ResponseReturnValue:
    change = PasswordChange.parse(request.form)
    get(Accounts).change_password(me(), change.old, change.new)
    stay_signed_in()
    flash("Your password is changed. You are signed out everywhere else.")
    return redirect(url_for(".home"), 303)


@bp.get("/second-factor/remove")
@require(Scope.ACCOUNT_SELF, fresh=True)
def remove_factor() -> ResponseReturnValue:
    return _page("remove_factor")


@bp.post("/second-factor/remove")
@require(Scope.ACCOUNT_SELF, fresh=True, rate=Rate.SIGN_IN)
def drop_factor() -> ResponseReturnValue:
    """Leads on to the page that sets up another, where the role needs one or its owner wants one."""
    get(SecondFactor).give_up(me(), Removal.parse(request.form).code)
    stay_signed_in()
    flash("Your authenticator app is removed. You are signed out everywhere else.")
    sets_up_another = needs_factor() or "replace" in request.form
    return redirect(url_for("sign_in.factor" if sets_up_another else ".home"), 303)


@bp.get("/recovery-codes")
@require(Scope.ACCOUNT_SELF, fresh=True)
def recovery_codes() -> ResponseReturnValue:
    return _page("recovery_codes", made=(), left=get(SecondFactor).recovery_codes_left(me()), codes=RECOVERY_CODES)


@bp.post("/recovery-codes")
@require(Scope.ACCOUNT_SELF, fresh=True)
def make_recovery_codes() -> ResponseReturnValue:
    """Shown in this answer, and never again."""
    return _page("recovery_codes", made=get(SecondFactor).renew_recovery_codes(me()))


@bp.post("/sign-ins/<int:number>/end")
@require(Scope.ACCOUNT_SELF)
def end_sign_in(number: int) -> ResponseReturnValue:
    get(SignIns).end_one(me(), number)
    flash("That browser is signed out.")
    return redirect(url_for(".home", _anchor="sign-ins"), 303)


@bp.post("/sign-ins/end-others")
@require(Scope.ACCOUNT_SELF)
def end_other_sign_ins() -> ResponseReturnValue:
    get(SignIns).end_others(me(), sign_in_token() or "")
    flash("You are signed out everywhere else.")
    return redirect(url_for(".home", _anchor="sign-ins"), 303)


@bp.get("/confirm")
@require(Scope.ACCOUNT_SELF)
def confirm() -> ResponseReturnValue:
    return _page("confirm", asked=Confirmation(safe_next(request.args.get("next", ""), HOME)))


@bp.post("/confirm")
@require(Scope.ACCOUNT_SELF, rate=Rate.SIGN_IN)
def go_on() -> ResponseReturnValue:
    """To where somebody wanted to go. With 307 the browser sends again what it sent there before."""
    typed = TypedAgain.parse(request.form)
    if not confirm_password(typed.password):
        raise InvalidRequest([FieldError("confirm_password", "That is not your password.")])
    return redirect(typed.asked.onward, 307 if typed.asked.sends_again else 303)


@bp.errorhandler(WrongCode)
def ask_for_another_code(error: WrongCode) -> ResponseReturnValue:
    return _page("remove_factor", (FieldError("code", str(error)),)), error.status


@bp.errorhandler(InvalidRequest)
def ask_again(error: InvalidRequest) -> ResponseReturnValue:
    """The same page, with a sentence for each bad field. Secrets that were typed do not come back."""
    match request.endpoint:
        case "account.change_email":
            return _page("email", error.errors, email=get(Directory).email_of(me())), 422
        case "account.change_password":
            return _page("password", error.errors, email=get(Directory).email_of(me())), 422
        case "account.drop_factor":
            return _page("remove_factor", error.errors), 422
        case _:
            return _page("confirm", error.errors, asked=Confirmation.again(request.form.items(multi=True))), 422


def needs_factor() -> bool:
    """Whether whoever asks may not go without a second factor."""
    who = caller()
    return who is not None and who.role is not None and who.role.needs_second_factor


def _page(template: str, errors: tuple[FieldError, ...] = (), **values: Any) -> str:
    return render_template(
        f"accounts/{template}.html",
        errors={error.field: error.message for error in errors},
        zone=current_app.config["TIMEZONE"],
        values={"email": request.form.get("email", "")},
        **values,
    )
