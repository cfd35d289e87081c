"""`/tracker.js`: the script that reports a visit, at an address that stays the same."""

from __future__ import annotations

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from backend.routes.access import Rate, public

bp = Blueprint("tracker", __name__)
HOUR = 3600


@bp.get("/tracker.js")
@public("a script holds nothing private", Rate.NONE)
def tracker() -> ResponseReturnValue:
    response = current_app.send_static_file("js/tracker.js")
    response.cache_control.max_age = HOUR
    return response
