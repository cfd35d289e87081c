"""`/api/openapi.json` and `/api/docs`: what programs may ask."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from backend.routes.access import Rate, public

bp = Blueprint("api_docs", __name__)


@bp.get("/api/openapi.json")
@public("the description of a public API", Rate.NONE)
def openapi() -> ResponseReturnValue:
    return current_app.extensions["openapi"]()


@bp.get("/api/docs")
@public("the description of a public API")
def docs() -> ResponseReturnValue:
    return render_template("api_docs/docs.html", spec=current_app.extensions["openapi"]())
