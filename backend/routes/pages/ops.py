"""`/ops`: whether everything works, and starting and stopping what measures it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.alerts.alert import OPEN, AlertState
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.control import MonitoringControl, MonitoringStatus
from backend.analytics.monitoring.errors.group import ErrorState
from backend.analytics.monitoring.errors.service import ErrorService
from backend.analytics.monitoring.objectives.service import Objectives
from backend.analytics.monitoring.queries.service import SlowQueries
from backend.clock import utc_now
from backend.dashboards.ops.now import Watched, ops_page
from backend.dashboards.pages.ops import OPERATIONS
from backend.errors import FieldError, InvalidRequest
from backend.plugins import get
from backend.routes.access import caller_name, demand, require
from backend.routes.pages.ops_answers import MONTH, measured, people, unmeasured
from backend.routes.pages.ops_parts import DAY, parts
from backend.routes.reader import reader_zone

bp = Blueprint("ops", __name__, url_prefix=OPERATIONS.path)
MOST_QUERIES = MOST_ERRORS = 3


@bp.get("")
@require(Scope.MONITORING_READ)
def now() -> str:
    """Everything at once: a parameter here would be one that does nothing."""
    if request.args:
        raise InvalidRequest([FieldError(name[:40], "This page has no filters.") for name in [*request.args][:10]])
    status, at = get(MonitoringControl).status(), utc_now()
    page = ops_page(measured(status, at), parts(at), _watched(status, at), at, reader_zone())
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


def _watched(status: MonitoringStatus, at: datetime) -> Watched:
    alerts, errors = get(AlertService).all(), get(ErrorService)
    past = [alert for alert in alerts.alerts if alert.state in {*OPEN, AlertState.RESOLVED}]
    urgent = [*errors.groups(ErrorState.NEW), *errors.groups(ErrorState.BACK_AGAIN)]
    return Watched(
        status=status,
        names=people([status.changed_by]),
        off=unmeasured(at),
        open_alerts=[alert for alert in past if alert.state in OPEN],
        past_alerts=[alert for alert in past if (alert.resolved_at or at) > at - MONTH],
        standings=get(Objectives).standings(),
        queries=get(SlowQueries).worst(at - DAY, MOST_QUERIES),
        errors=sorted(urgent, key=lambda group: group.last_seen, reverse=True)[:MOST_ERRORS],
    )
