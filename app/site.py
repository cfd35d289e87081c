"""Static files whose addresses are fixed by custom, at the root of the site."""

from __future__ import annotations

from mimetypes import guess_type

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from backend.routes.access import shared
from config.settings import PROJECT

bp = Blueprint("site", __name__)
HOUR = 3600
STATIC = PROJECT / "app" / "static"
FILES = {
    "/tracker.js": ("js/tracker.js",),
    "/vitals.js": ("js/vendor/web-vitals.iife.js", "js/vitals.js"),
    "/robots.txt": ("robots.txt",),
    "/.well-known/gpc.json": ("gpc.json",),
    "/favicon.ico": ("icon.svg",),
}


@bp.get("/tracker.js")
@bp.get("/vitals.js")
@bp.get("/robots.txt")
@bp.get("/.well-known/gpc.json")
@bp.get("/favicon.ico")
@shared("these files hold nothing private")
def serve() -> ResponseReturnValue:
    names = FILES[request.path]
    content = b"".join((STATIC / name).read_bytes() for name in names)
    response = Response(content, mimetype=guess_type(names[0])[0])
    response.cache_control.public = True
    response.cache_control.max_age = HOUR
    response.add_etag()
    return response.make_conditional(request)
