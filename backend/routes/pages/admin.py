"""`/admin/accounts`: who has an account, and what they may do. Every look at it goes into the audit log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.addresses import EmailIndex
from backend.accounts.people.conflict import AccountConflict
from backend.accounts.people.directory import Directory
from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Role, Scope
from backend.errors import FieldError, InvalidRequest
from backend.plugins import get
from backend.routes.access import Rate, caller_name, require
from backend.routes.schemas.account import ROLES
from backend.routes.schemas.admin import AccountsQuestion, Invitation, RoleChange

bp = Blueprint("admin", __name__, url_prefix="/admin/accounts")
ONE = "/<uuid:public_id>"


@bp.get("")
@require(Scope.ACCOUNTS_MANAGE)
def accounts() -> ResponseReturnValue:
    question = AccountsQuestion.parse(request.args)
    if question.error:
        return _page("accounts", [FieldError("q", question.error)], question=question, listing=None), 422
    directory = get(Directory)
    if question.email:
        listing = directory.find(caller_name(), email_index=get(EmailIndex).of(question.email))
    elif question.public_id:
        listing = directory.find(caller_name(), public_id=question.public_id)
    else:
        listing = directory.list(caller_name(), question.page)
    return _page("accounts", question=question, listing=listing)


@bp.get("/invite")
@require(Scope.ACCOUNTS_MANAGE)
def invitation() -> ResponseReturnValue:
    return _page("invite")


@bp.post("/invite")
@require(Scope.ACCOUNTS_MANAGE, fresh=True, rate=Rate.GRANT)
def invite() -> ResponseReturnValue:
    given = Invitation.parse(request.form)
    get(Accounts).invite(caller_name(), given.email, given.role)
    flash(f"An invitation is on its way to {given.email}.")
    return redirect(url_for(".accounts"), 303)


@bp.get(ONE)
@require(Scope.ACCOUNTS_MANAGE)
def account(public_id: UUID) -> ResponseReturnValue:
    return _account_page(public_id)


@bp.post(f"{ONE}/role")
@require(Scope.ACCOUNTS_MANAGE, fresh=True, rate=Rate.GRANT)
def change_role(public_id: UUID) -> ResponseReturnValue:
    role = RoleChange.parse(request.form).role
    get(Accounts).change_role(caller_name(), public_id, role)
    return _done(public_id, f"The role is now: {ROLES[role][0]}. They are signed out everywhere.")


@bp.post(f"{ONE}/disable")
@require(Scope.ACCOUNTS_MANAGE, fresh=True)
def disable(public_id: UUID) -> ResponseReturnValue:
    get(Accounts).disable(caller_name(), public_id)
    return _done(public_id, "The account is disabled, and signed out everywhere.")


@bp.post(f"{ONE}/enable")
@require(Scope.ACCOUNTS_MANAGE, fresh=True, rate=Rate.GRANT)
def enable(public_id: UUID) -> ResponseReturnValue:
    get(Accounts).enable(caller_name(), public_id)
    return _done(public_id, "The account is enabled: its owner can sign in again.")


@bp.post(f"{ONE}/end-sign-ins")
@require(Scope.ACCOUNTS_MANAGE, fresh=True)
def end_sign_ins(public_id: UUID) -> ResponseReturnValue:
    get(Accounts).end_sign_ins(caller_name(), public_id)
    return _done(public_id, "They are signed out everywhere.")


@bp.post(f"{ONE}/invitation")
@require(Scope.ACCOUNTS_MANAGE, fresh=True, rate=Rate.GRANT)
def invite_again(public_id: UUID) -> ResponseReturnValue:
    get(Accounts).invite_again(caller_name(), public_id)
    return _done(public_id, "A new invitation is on its way. The link in the one before no longer works.")


@bp.get(f"{ONE}/<any(role, disable, enable, 'end-sign-ins', invitation):_deed>")
@require(Scope.ACCOUNTS_MANAGE)
def back_to_account(public_id: UUID, _deed: str) -> ResponseReturnValue:
    """Where someone lands who reloads the address of a form."""
    return redirect(url_for(".account", public_id=public_id), 303)


@bp.errorhandler(InvalidRequest)
def ask_again(error: InvalidRequest) -> ResponseReturnValue:
    """The same page, with a sentence for each bad field."""
    public_id = (request.view_args or {}).get("public_id")
    page = _account_page(public_id, error.errors) if public_id else _page("invite", error.errors)
    return page, 422


@bp.errorhandler(AccountConflict)
def say_why_not(error: AccountConflict) -> ResponseReturnValue:
    public_id: UUID = (request.view_args or {})["public_id"]
    return _account_page(public_id, (FieldError("main", str(error)),)), error.status


def _done(public_id: UUID, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for(".account", public_id=public_id), 303)


def _account_page(public_id: UUID, errors: tuple[FieldError, ...] = ()) -> str:
    listed = get(Directory).show(caller_name(), public_id)
    return _page("account", errors, account=listed, is_me=caller_name() == f"account:{public_id}")


def _page(template: str, errors: tuple[FieldError, ...] | list[FieldError] = (), **values: Any) -> str:
    return render_template(
        f"admin/{template}.html",
        errors={error.field: error.message for error in errors},
        zone=current_app.config["TIMEZONE"],
        values=request.form,
        roles=ROLES,
        Role=Role,
        **values,
    )
