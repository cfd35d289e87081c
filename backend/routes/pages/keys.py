"""`/account/keys`: API keys of one's own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.keys.service import KeyService, KeyState
from backend.accounts.permissions import KEY_SCOPES, Scope
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import Rate, caller_name, demand, me, require
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.schemas.keys import DAYS, SCOPES, NewKey

bp = Blueprint("keys", __name__, url_prefix="/account/keys")


def keys_page(errors: Errors = NO_ERRORS, **shown: Any) -> str:
    allowed = [scope for scope in SCOPES if scope in KEY_SCOPES & demand(Scope.KEYS_SELF).scopes]
    keys = get(KeyService).list(me())[::-1]
    context = {
        "open_keys": [key for key in keys if key.state is KeyState.ACTIVE],
        "ended_keys": [key for key in keys if key.state is not KeyState.ACTIVE],
        "scopes": {scope: SCOPES[scope] for scope in allowed},
        "words": SCOPES,
        "days": DAYS,
        "made": "",
    }
    return form_page("accounts/keys.html", errors, **(context | shown))


@bp.get("")
@require(Scope.KEYS_SELF)
def home() -> ResponseReturnValue:
    return keys_page()


@bp.post("")
@require(Scope.KEYS_SELF, Rate.GRANT, fresh=True)
@if_refused(keys_page)
def create() -> ResponseReturnValue:
    """The key is shown in this answer, and never again: no address and no cookie ever holds it."""
    new = NewKey.parse(request.form)
    expires_at = utc_now() + new.lifetime
    made = get(KeyService).create(new.name, new.scopes, me(), expires_at, new.hourly_limit, by=caller_name())
    return keys_page(made=str(made), new=new, expires_at=expires_at, values={})


@bp.post("/<string(length=8):key_id>/revoke")
@require(Scope.KEYS_SELF)
def revoke(key_id: str) -> ResponseReturnValue:
    get(KeyService).revoke(key_id, me(), by=caller_name())
    flash("The key is revoked. It no longer works.")
    return redirect(url_for(".home"), 303)
