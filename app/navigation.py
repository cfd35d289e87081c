"""Where a signed-in person may go: what `whoami.html` and the admin pages' tabs show."""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask

from backend.accounts.caller import Caller
from backend.accounts.people.directory import Directory
from backend.accounts.permissions import Scope
from backend.plugins import get
from backend.routes.access import caller


class Place(NamedTuple):
    title: str
    address: str
    below: str


ADMIN = (
    (Scope.ACCOUNTS_MANAGE, Place("Accounts", "/admin/accounts", "/admin/accounts")),
    (Scope.AUDIT_READ, Place("Audit log", "/admin/audit", "/admin/audit")),
    (Scope.JOBS_READ, Place("Background work", "/admin/jobs", "/admin/jobs")),
)


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(signed_in_as=signed_in_as, operator_places=operator_places, admin_places=admin_places)


def signed_in_as() -> str:
    """The address of whoever asks."""
    who = caller()
    return get(Directory).email_of(who.account_id) if who and who.account_id else ""


def operator_places(who: Caller) -> list[Place]:
    analytics = [Place("Analytics", "/analytics", "/analytics")] if Scope.DASHBOARDS_READ in who.scopes else []
    return analytics + [Place("Admin", first.address, "/admin") for first in admin_places(who)[:1]]


def admin_places(who: Caller) -> list[Place]:
    return [place for scope, place in ADMIN if scope in who.scopes]
