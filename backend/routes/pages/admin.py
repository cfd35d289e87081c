"""`/admin/accounts`: who has an account, and what they may do. Every look at it goes into the audit log."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.addresses import EmailIndex
from backend.accounts.people.conflict import AccountConflict
from backend.accounts.people.directory import Directory
from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Scope
from backend.errors import MingusError
from backend.plugins import get
from backend.routes.access import Rate, caller_name, require
from backend.routes.caused_letters import NO_MAIL, flash_letter
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.schemas.account import ROLES
from backend.routes.schemas.admin import AccountsQuestion, Invitation, RoleChange

bp = Blueprint("admin", __name__, url_prefix="/admin/accounts")
ACCOUNT = "/<uuid:public_id>"
CONFLICT: dict[type[MingusError], str] = {AccountConflict: "main"}
accounts_page = partial(form_page, "admin/accounts.html", roles=ROLES)
invite_page = partial(form_page, "admin/invite.html", roles=ROLES)


def account_page(errors: Errors = NO_ERRORS, *, public_id: UUID) -> str:
    listed = get(Directory).show(caller_name(), public_id)
    is_me = caller_name() == f"account:{public_id}"
    return form_page("admin/account.html", errors, account=listed, is_me=is_me, roles=ROLES)


@bp.get("")
@require(Scope.ACCOUNTS_MANAGE)
def accounts() -> ResponseReturnValue:
    question = AccountsQuestion.parse(request.args)
    if question.errors:
        return accounts_page(question.errors, question=question, listing=None), 422
    listing = get(Directory).search(caller_name(), question.search(get(EmailIndex).of), question.page)
    return accounts_page(question=question, listing=listing)


@bp.get("/invite")
@require(Scope.ACCOUNTS_MANAGE)
def invitation() -> ResponseReturnValue:
    return invite_page()


@bp.post("/invite")
@require(Scope.ACCOUNTS_MANAGE, fresh=True, rate=Rate.GRANT)
@if_refused(invite_page)
def invite() -> ResponseReturnValue:
    invited = Invitation.parse(request.form)
    get(Accounts).invite(caller_name(), invited.email, invited.role)
    flash_letter(
        f"An invitation is on its way to {invited.email}.",
        f"{NO_MAIL}, so the invitation for {invited.email} was saved as a file.",
    )
    return redirect(url_for(".accounts"), 303)


@bp.get(ACCOUNT)
@require(Scope.ACCOUNTS_MANAGE)
def account(public_id: UUID) -> ResponseReturnValue:
    return account_page(public_id=public_id)


@bp.post(f"{ACCOUNT}/role")
@require(Scope.ACCOUNTS_MANAGE, fresh=True, rate=Rate.GRANT)
@if_refused(account_page, CONFLICT)
def change_role(public_id: UUID) -> ResponseReturnValue:
    role = RoleChange.parse(request.form).role
    get(Accounts).change_role(caller_name(), public_id, role)
    changed = f"The role is now: {ROLES[role][0]}. They are signed out everywhere."
    return _done(public_id, changed, f"{changed} {NO_MAIL}, so the email that tells them was saved as a file.")


@bp.post(f"{ACCOUNT}/disable")
@require(Scope.ACCOUNTS_MANAGE, fresh=True)
@if_refused(account_page, CONFLICT)
def disable(public_id: UUID) -> ResponseReturnValue:
    get(Accounts).disable(caller_name(), public_id)
    return _done(public_id, "The account is disabled and signed out everywhere.")


@bp.post(f"{ACCOUNT}/enable")
@require(Scope.ACCOUNTS_MANAGE, fresh=True, rate=Rate.GRANT)
@if_refused(account_page, CONFLICT)
def enable(public_id: UUID) -> ResponseReturnValue:
    get(Accounts).enable(caller_name(), public_id)
    return _done(public_id, "The account is enabled. Its owner can sign in again.")


@bp.post(f"{ACCOUNT}/end-sign-ins")
@require(Scope.ACCOUNTS_MANAGE, fresh=True)
@if_refused(account_page, CONFLICT)
def end_sign_ins(public_id: UUID) -> ResponseReturnValue:
    get(Accounts).end_sign_ins(caller_name(), public_id)
    return _done(public_id, "They are signed out everywhere.")


@bp.post(f"{ACCOUNT}/invitation")
@require(Scope.ACCOUNTS_MANAGE, fresh=True, rate=Rate.GRANT)
@if_refused(account_page, CONFLICT)
def invite_again(public_id: UUID) -> ResponseReturnValue:
    get(Accounts).invite_again(caller_name(), public_id)
    before = "The link in the old one no longer works."
    filed = f"{NO_MAIL}, so the new invitation was saved as a file. {before}"
    return _done(public_id, f"A new invitation is on its way. {before}", filed)


@bp.get(f"{ACCOUNT}/<any(role, disable, enable, 'end-sign-ins', invitation):_deed>")
@require(Scope.ACCOUNTS_MANAGE)
def back_to_account(public_id: UUID, _deed: str) -> ResponseReturnValue:
    """Where someone lands who reloads the address of a form, or whose form was left open: the role stays chosen."""
    if "role" in request.form:
        return account_page(public_id=public_id)
    return redirect(url_for(".account", public_id=public_id), 303)


def _done(public_id: UUID, message: str, filed: str = "") -> ResponseReturnValue:
    """`filed`: what to say of a letter where letters are files."""
    flash_letter(message, filed or message)
    return redirect(url_for(".account", public_id=public_id), 303)
