"""Files whose addresses are fixed by custom, at the root of the site."""

from __future__ import annotations

from mimetypes import guess_type

from flask import Blueprint, Response, current_app, request, url_for
from flask.typing import ResponseReturnValue

from backend.routes.access import shared
from config.settings import PROJECT

bp = Blueprint("site", __name__)
HOUR = 3600
STATIC = PROJECT / "app" / "static"
FILES = {
    "/tracker.js": ("js/tracker.js",),
    "/vitals.js": ("js/vendor/web-vitals.iife.js", "js/vitals.js"),
    "/.well-known/gpc.json": ("gpc.json",),
    "/favicon.ico": ("icon.svg",),
}


@bp.get("/tracker.js")
@bp.get("/vitals.js")
@bp.get("/.well-known/gpc.json")
@bp.get("/favicon.ico")
@shared("these files hold nothing private")
def serve() -> ResponseReturnValue:
    names = FILES[request.path]
    content = b"".join((STATIC / name).read_bytes() for name in names)
    return _kept_an_hour(Response(content, mimetype=guess_type(names[0])[0]))


@bp.get("/robots.txt")
@shared("what crawlers may read is for all of them to know")
def robots() -> ResponseReturnValue:
    """The rules, and where every public page is listed: an absolute address, as crawlers want it."""
    sitemap = current_app.config["PUBLIC_URL"] + url_for("occupation_pages.sitemap")
    rules = (STATIC / "robots.txt").read_text()
    return _kept_an_hour(Response(f"{rules}\nSitemap: {sitemap}\n", mimetype="text/plain"))


def _kept_an_hour(response: Response) -> ResponseReturnValue:
    response.cache_control.public = True
    response.cache_control.max_age = HOUR
    response.add_etag()
    return response.make_conditional(request)
