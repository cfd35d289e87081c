"""Files whose addresses are fixed by custom, at the root of the site, and the style sheets of its pages."""

from __future__ import annotations

from mimetypes import guess_type

from flask import Blueprint, Response, abort, current_app, request, url_for
from flask.typing import ResponseReturnValue

from app.styles import SHEETS, joined, sheet_url
from backend.routes.access import shared
from config.settings import PROJECT

bp = Blueprint("site", __name__)
bp.add_app_template_global(sheet_url)
HOUR, YEAR = 3600, 31_536_000
STATIC = PROJECT / "app" / "static"
FILES = {
    "/tracker.js": ("js/tracker.js",),
    "/flags.js": ("js/flags.min.js",),
    "/vitals.js": ("js/vendor/web-vitals.iife.js", "js/vitals.js"),
    "/.well-known/gpc.json": ("gpc.json",),
    "/favicon.ico": ("icon.svg",),
}


@bp.get("/tracker.js")
@bp.get("/flags.js")
@bp.get("/vitals.js")
@bp.get("/.well-known/gpc.json")
@bp.get("/favicon.ico")
@shared("these files hold nothing private")
def serve() -> ResponseReturnValue:
    names = FILES[request.path]
    content = b"".join((STATIC / name).read_bytes() for name in names)
    return _kept(Response(content, mimetype=guess_type(names[0])[0]), HOUR)


@bp.get("/styles/<sheet>.css")
@shared("style sheets hold nothing private")
def style_sheet(sheet: str) -> ResponseReturnValue:
    """The sheets that a page needs as one; its address changes with its content."""
    if sheet not in SHEETS:
        abort(404)
    return _kept(Response(joined(sheet), mimetype="text/css"), YEAR)


@bp.get("/robots.txt")
@shared("what crawlers may read is for all of them to know")
def robots() -> ResponseReturnValue:
    """The rules, and where every public page is listed: an absolute address, as crawlers want it."""
    sitemap = current_app.config["PUBLIC_URL"] + url_for("occupation_pages.sitemap")
    rules = (STATIC / "robots.txt").read_text()
    return _kept(Response(f"{rules}\nSitemap: {sitemap}\n", mimetype="text/plain"), HOUR)


def _kept(response: Response, seconds: int) -> ResponseReturnValue:
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    response.add_etag()
    return response.make_conditional(request)
