"""`/account/time-zone` and `/account/shortcuts`: how somebody wants to read pages."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.people.preferences import PreferenceService
from backend.accounts.permissions import Scope
from backend.plugins import get
from backend.routes.access import me, require
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused
from backend.routes.reader import reader
from backend.routes.schemas.account import HOME
from backend.routes.schemas.onward import safe_next
from backend.time_zones import zone_in_words, zone_names

bp = Blueprint("preferences", __name__, url_prefix="/account")


def zone_page(errors: Errors = NO_ERRORS) -> str:
    who = reader()
    onward, chosen = (
        safe_next(request.values.get("next", ""), HOME),
        request.form.get("tz", (who and who.time_zone) or ""),
    )
    return form_page("accounts/time_zone.html", errors, chosen=chosen, onward=onward, zones=zone_names())


@bp.get("/time-zone")
@require(Scope.ACCOUNT_SELF)
def time_zone() -> ResponseReturnValue:
    return zone_page()


@bp.post("/time-zone")
@require(Scope.ACCOUNT_SELF)
@if_refused(zone_page)
def choose_time_zone() -> ResponseReturnValue:
    """Back to where it was chosen, which then shows that zone."""
    zone = get(PreferenceService).choose_zone(me(), request.form.get("tz", "").strip())
    flash(f"Dates and times are now in {zone_in_words(zone or current_app.config['BUSINESS_TIME_ZONE'])}.")
    return redirect(safe_next(request.form.get("next", ""), HOME), 303)


@bp.post("/shortcuts")
@require(Scope.ACCOUNT_SELF)
def switch_shortcuts() -> ResponseReturnValue:
    is_on = request.form.get("on", "") == "1"
    get(PreferenceService).switch_shortcuts(me(), on=is_on)
    flash(f"Keyboard shortcuts are {'on' if is_on else 'off'}.")
    return redirect(url_for("account.home", _anchor="reading"), 303)
