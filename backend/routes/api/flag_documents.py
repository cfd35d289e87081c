"""`/api/flags/config` and `/api/features/<client key>`: the flags, for browsers and for GrowthBook's SDKs."""

from __future__ import annotations

from flask import Response, current_app, json, request
from flask_openapi3 import APIBlueprint, Tag

from backend.analytics.experiments.publishing import FlagPublisher
from backend.errors import NotFound
from backend.plugins import get
from backend.routes.access import shared
from backend.routes.schemas.flag_documents import ClientKeyPath, FlagConfigResponse
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "flag_documents",
    __name__,
    url_prefix="/api",
    abp_tags=[Tag(name="Flags", description="What browsers and GrowthBook’s SDKs evaluate by themselves.")],
)
WHY = "browsers evaluate flags by themselves; it names no attribute and no person that only the server may know"


@bp.get("/flags/config", responses={200: FlagConfigResponse, 304: None, **problems(503)})
@shared(WHY)
def config() -> Response:
    """Read every public flag with its rules, as `flags.js` evaluates them"""
    return _document()


@bp.get("/features/<client_key>", responses={200: FlagConfigResponse, 304: None, **problems(404, 422, 503)})
@shared(WHY)
def features(path: ClientKeyPath) -> Response:
    """Read the same under the address that GrowthBook's SDKs ask"""
    if path.client_key != current_app.config["FLAGS_CLIENT_KEY"]:
        raise NotFound("There is no such client key.")
    return _document()


def _document() -> Response:
    """Looked at again before each use: a kill switch waits for no cache."""
    response = Response(json.dumps(get(FlagPublisher).document(), sort_keys=True), mimetype="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
