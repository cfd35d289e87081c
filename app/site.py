"""Static files whose addresses are fixed by custom, at the root of the site."""

from __future__ import annotations

from mimetypes import guess_type

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from backend.routes.access import Rate, public

bp = Blueprint("site", __name__)
HOUR = 3600
FILES = {
    "/tracker.js": "js/tracker.js",
    "/robots.txt": "robots.txt",
    "/.well-known/gpc.json": "gpc.json",
    "/favicon.ico": "icon.svg",
}


@bp.get("/tracker.js")
@bp.get("/robots.txt")
@bp.get("/.well-known/gpc.json")
@bp.get("/favicon.ico")
@public("these files hold nothing private", Rate.NONE)
def serve() -> ResponseReturnValue:
    filename = FILES[request.path]
    with current_app.open_resource(f"static/{filename}") as file:
        response = Response(file.read(), mimetype=guess_type(filename)[0])
    response.cache_control.public = True
    response.cache_control.max_age = HOUR
    response.add_etag()
    return response.make_conditional(request)
