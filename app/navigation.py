"""Where a signed-in person may go: what `whoami.html` and the admin pages' tabs show, and where `/admin` leads."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Flask, redirect
from flask.typing import ResponseReturnValue

from backend.accounts.caller import Caller
from backend.accounts.people.directory import Directory
from backend.accounts.permissions import Scope
from backend.plugins import get
from backend.routes.access import caller, demand, require

bp = Blueprint("navigation", __name__)


class MenuItem(NamedTuple):
    title: str
    address: str
    below: str


OPERATOR = (
    (Scope.DASHBOARDS_READ, MenuItem("Analytics", "/analytics", "/analytics")),
    (Scope.MONITORING_READ, MenuItem("Operations", "/ops", "/ops")),
)
ADMIN = (
    (Scope.ACCOUNTS_MANAGE, MenuItem("Accounts", "/admin/accounts", "/admin/accounts")),
    (Scope.AUDIT_READ, MenuItem("Audit log", "/admin/audit", "/admin/audit")),
    (Scope.JOBS_READ, MenuItem("Background work", "/admin/jobs", "/admin/jobs")),
)


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(signed_in_as=signed_in_as, operator_menu=operator_menu, admin_menu=admin_menu)


@bp.get("/admin")
@bp.get("/admin/")
@require(Scope.JOBS_READ)
def admin() -> ResponseReturnValue:
    """To the first admin page whoever asks may see: all who see one see background work."""
    return redirect(admin_menu(demand(Scope.JOBS_READ))[0].address, 303)


def signed_in_as() -> str:
    """The address of whoever asks; empty when nobody can read it any more."""
    who = caller()
    return (get(Directory).email_of(who.account_id) or "") if who and who.account_id else ""


def operator_menu(who: Caller) -> list[MenuItem]:
    places = [item for scope, item in OPERATOR if scope in who.scopes]
    return places + [MenuItem("Admin", first.address, "/admin") for first in admin_menu(who)[:1]]


def admin_menu(who: Caller) -> list[MenuItem]:
    return [item for scope, item in ADMIN if scope in who.scopes]
