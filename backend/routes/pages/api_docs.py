"""`/api/openapi.json` and `/api/docs`: what programs may ask."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.events.wire.event import BROWSER, WITH_KEY
from backend.api_docs.document import problem_kinds, sections
from backend.routes.access import Rate, public

bp = Blueprint("api_docs", __name__)
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
    spec = _spec()
    return render_template(
        "api_docs/docs.html",
        info=spec["info"],
        base_url=request.host_url.rstrip("/"),
        sections=sections(spec, request.host_url),
        problems=problem_kinds(),
        scopes=SCOPES,
        browser=BROWSER,
        with_key=WITH_KEY,
    )


def _spec() -> dict[str, Any]:
    spec: dict[str, Any] = current_app.extensions["openapi"]()
    return spec
