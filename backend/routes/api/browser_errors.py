"""`/api/analytics/browser-error`: where a script of this site failed."""

from __future__ import annotations

from flask import Response, current_app, g
from flask_openapi3 import APIBlueprint, Tag

from backend.analytics.monitoring.errors.browser import facts_of_browser
from backend.analytics.monitoring.errors.buffer import Circumstances, ErrorBuffer
from backend.analytics.monitoring.errors.group import ErrorSource
from backend.analytics.monitoring.request_names import request_name
from backend.plugins import get
from backend.routes.access import Rate, public
from backend.routes.api.event_senders import refuse_other_sites
from backend.routes.consent import asks_not_to_be_tracked
from backend.routes.schemas.browser_errors import BrowserErrorBody
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "browser_errors",
    __name__,
    abp_tags=[Tag(name="Errors", description="What failed in the code, grouped by type and place.")],
    abp_security=[{}],
)


@bp.post("/browser-error", responses={204: None, **problems(400, 403, 413, 415, 422)})
@public("browsers report which script failed on one of our own pages", Rate.BROWSER_ERRORS)
def report(body: BrowserErrorBody) -> Response:
    """Report where a script of this site failed

    For this site's own pages. It is counted with its group, and nothing tells who sent it. Reports of a browser that
    asks not to be tracked are not read.
    """
    refuse_other_sites("Browsers report errors from our own pages.")
    if not asks_not_to_be_tracked():
        where = Circumstances(ErrorSource.BROWSER, _page(body.route), g.request_id)
        get(ErrorBuffer).add(facts_of_browser(body.type, body.stack()), where)
    return Response(status=204)


def _page(route: str) -> str:
    """The page if this site has its route, so that no address of anybody is kept in its place."""
    rules = {rule.rule for rule in current_app.url_map.iter_rules()}
    return request_name("GET", route if route in rules else None)
