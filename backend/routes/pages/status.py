"""`/status`: whether the site works, for everyone; made anew every 30 seconds."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from backend.analytics.monitoring.incidents.service import IncidentService
from backend.analytics.monitoring.uptime import Uptime
from backend.clock import utc_now
from backend.dashboards.status import status_page
from backend.plugins import get
from backend.routes.access import shared
from backend.routes.pages.kept_pages import KeptPages

bp = Blueprint("status", __name__)
SECONDS = 30


@bp.get("/status")
@shared("whether the site works is for everyone, and no host is named")
def show() -> ResponseReturnValue:
    return get(KeptPages).answer("/status", _page, seconds=SECONDS)


def _page() -> str:
    incidents, zone = get(IncidentService).recent(), current_app.config["BUSINESS_TIME_ZONE"]
    page = status_page(get(Uptime).of(incidents), incidents, utc_now(), zone)
    return render_template("status.html", page=page, zone=zone)
