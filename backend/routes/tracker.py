"""`/tracker.js`: the script that reports a visit, at an address that stays the same."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from backend.routes.access import Rate, public

bp = Blueprint("tracker", __name__)
HOUR = 3600


@bp.get("/tracker.js")
@public("a script holds nothing private", Rate.NONE)
def tracker() -> ResponseReturnValue:
    with current_app.open_resource("static/js/tracker.js") as script:
        response = Response(script.read(), mimetype="text/javascript")
    response.cache_control.public = True
    response.cache_control.max_age = HOUR
    response.add_etag()
    return response.make_conditional(request)
