"""`/api/openapi.json` and `/api/docs`: what programs may ask."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.events.wire.event import BROWSER, WITH_KEY
from backend.api_docs.document import Section, matching, outline, problem_kinds, section_of
from backend.errors import NotFound
from backend.routes.access import Rate, public

bp = Blueprint("api_docs", __name__)
LONGEST_SEARCH = 100
SCOPES = {
    Scope.DASHBOARDS_READ: "Read the dashboards.",
    Scope.EVENTS_WRITE: "Send events from a server, in larger batches and at any rate.",
}


@bp.get("/api/openapi.json")
@public("the description of a public API", Rate.NONE)
def openapi() -> ResponseReturnValue:
    return _spec()


@bp.get("/api/docs")
@public("the description of a public API")
def docs() -> ResponseReturnValue:
    """How to begin, and what there is; `?q=` lists the operations with these words."""
    asked = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    return _page(
        "api_docs/start.html",
        asked=asked,
        matches=matching(outline(_spec()), asked) if asked else (),
        problems=problem_kinds(),
        scopes=SCOPES,
        browser=BROWSER,
        with_key=WITH_KEY,
    )


@bp.get("/api/docs/<section>")
@public("the description of a public API")
def section(section: str) -> ResponseReturnValue:
    described = section_of(_spec(), section, request.host_url)
    if described is None:
        raise NotFound("There is no such part of the API reference.")
    return _page("api_docs/section.html", section=described)


def _page(template: str, *, section: Section | None = None, **shown: object) -> str:
    spec = _spec()
    base_url = request.host_url.rstrip("/")
    return render_template(
        template, info=spec["info"], outline=outline(spec), base_url=base_url, section=section, **shown
    )


def _spec() -> dict[str, Any]:
    spec: dict[str, Any] = current_app.extensions["openapi"]()
    return spec
