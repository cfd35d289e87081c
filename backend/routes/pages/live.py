"""`/analytics/live`: what happens on the site just now, as a page that follows it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, stream_with_context

from backend.accounts.permissions import Scope
from backend.analytics.metrics.live.feed import LiveFeed
from backend.dashboards.pages.live import scale_top
from backend.errors import FieldError, InvalidRequest
from backend.plugins import get
from backend.routes.access import require, still_holds
from backend.routes.pages.dashboard_controls import names
from backend.routes.reader import reader_zone
from backend.routes.schemas.live import LiveResponse, sse

bp = Blueprint("live_pages", __name__, url_prefix="/analytics/live")


@bp.get("")
@require(Scope.DASHBOARDS_READ)
def page() -> str:
    """The last half hour, as a whole: a filter here would be one that does nothing."""
    if request.args:
        raise InvalidRequest([FieldError(name[:40], "The live page has no filters.") for name in [*request.args][:10]])
    shown = LiveResponse.of(get(LiveFeed).latest(), names())
    top = scale_top(max(minute.events for minute in shown.data.minutes))
    return render_template("dashboards/live.html", live=shown.data, meta=shown.meta, top=top, zone=reader_zone())


@bp.get("/stream")
@require(Scope.DASHBOARDS_READ)
def stream() -> Response:
    """Server-sent events for a subscriber, who says by `Last-Event-ID` which state they have."""
    feed = get(LiveFeed)
    feed.latest()
    answer = Response(mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
    if request.method == "GET":
        answer.call_on_close(feed.subscribe().end)
        last_key = request.headers.get("Last-Event-ID", "")
        answer.response = stream_with_context(sse(feed.updates(last_key, still_holds(Scope.DASHBOARDS_READ)), names()))
    return answer
