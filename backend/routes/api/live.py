"""`/api/analytics/live`: what happens on the site just now."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.metrics.live.feed import LiveFeed
from backend.dashboards.names import Names
from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.access import require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.live import LiveResponse
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "live",
    __name__,
    abp_tags=[Tag(name="Dashboards")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("/live", responses={200: LiveResponse, **problems(401, 403)})
@require(Scope.DASHBOARDS_READ)
def live() -> Answer:
    """The last 30 minutes, by minute

    Where visitors came from, what they do, and where in the calculator they are now; at most `LAKE_MAX_STALENESS` old.
    """
    return LiveResponse.of(get(LiveFeed).latest(), Names.of_reference(get(Reference))).model_dump(mode="json")
