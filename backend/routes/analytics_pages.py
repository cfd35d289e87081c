"""`/analytics`: the operators' pages."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.metrics.service import DashboardService
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import public, require
from backend.routes.schemas.analytics_pages import (
    HOME,
    FunnelPage,
    FunnelQuestion,
    Preset,
    funnel_csv,
    zone_label,
)

bp = Blueprint("analytics_pages", __name__, url_prefix="/analytics")


@bp.get("")
@public("a way to the first page, which asks for sign-in itself")
def home() -> ResponseReturnValue:
    return redirect(HOME)


@bp.get("/funnel")
@require(Scope.DASHBOARDS_READ)
def funnel() -> ResponseReturnValue:
    question = _question()
    if question.period is None:
        return _render(question, None), 422
    return _render(question, FunnelPage.of(get(DashboardService).funnel(question.period)))


@bp.get("/funnel.csv")
@require(Scope.DASHBOARDS_READ)
def funnel_table() -> ResponseReturnValue:
    question = _question()
    table = funnel_csv(get(DashboardService).funnel(question.answerable()))
    name = f"funnel_{question.start}_{question.end}.csv"
    return Response(table, mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={name}"})


def _question() -> FunnelQuestion:
    return FunnelQuestion.parse(request.args, current_app.config["TIMEZONE"], utc_now())


def _render(question: FunnelQuestion, page: FunnelPage | None) -> str:
    zones = [(zone, zone_label(zone, utc_now())) for zone in question.zones()]
    return render_template("analytics/funnel.html", question=question, page=page, presets=Preset, zones=zones)
