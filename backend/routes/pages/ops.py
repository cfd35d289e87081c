"""`/ops`: whether everything works, and starting and stopping what measures it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.control import MonitoringControl
from backend.clock import utc_now
from backend.dashboards.ops.now import ops_page
from backend.dashboards.pages.ops import OPERATIONS
from backend.errors import FieldError, InvalidRequest
from backend.plugins import get
from backend.routes.access import caller_name, demand, require
from backend.routes.pages.ops_answers import measured
from backend.routes.pages.ops_parts import parts
from backend.routes.pages.ops_watched import watched
from backend.routes.reader import reader_zone

bp = Blueprint("ops", __name__, url_prefix=OPERATIONS.path)


@bp.get("")
@require(Scope.MONITORING_READ)
def now() -> str:
    """Everything at once: a parameter here would be one that does nothing."""
    if request.args:
        raise InvalidRequest([FieldError(name[:40], "This page has no filters.") for name in [*request.args][:10]])
    status, at = get(MonitoringControl).status(), utc_now()
    page = ops_page(measured(status, at), parts(at, reader_zone()), watched(status, at), at, reader_zone())
    return render_template("ops/now.html", page=page, may_control=may_control(), zone=reader_zone())


@bp.post("/monitoring/start")
@require(Scope.MONITORING_CONTROL)
def start() -> ResponseReturnValue:
    get(MonitoringControl).start(caller_name())
    flash("Monitoring is on. Every server process follows within 2 seconds.")
    return redirect(url_for(".now", _anchor="monitoring"), 303)


@bp.post("/monitoring/stop")
@require(Scope.MONITORING_CONTROL)
def stop() -> ResponseReturnValue:
    get(MonitoringControl).stop(caller_name())
    flash("Monitoring is stopped. Every server process follows within 2 seconds.")
    return redirect(url_for(".now", _anchor="monitoring"), 303)


def may_control() -> bool:
    """Whether the reader can change anything here."""
    return Scope.MONITORING_CONTROL in demand(Scope.MONITORING_READ).scopes
