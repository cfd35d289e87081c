"""`/analytics/funnel`: how far visits came, and who stands behind each bar."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.funnel.form import FunnelForm, unsent
from backend.dashboards.funnel.page import FunnelPage, Links
from backend.dashboards.funnel.question import FunnelQuestion
from backend.dashboards.pages.funnel import FUNNEL
from backend.plugins import get
from backend.routes.access import require
from backend.routes.pages.dashboard_controls import controls, failed, names, resolved
from backend.routes.pages.page_questions import funnel_here
from backend.routes.schemas.funnel import funnel_csv
from backend.routes.tables import table_response

bp = Blueprint("funnel_pages", __name__, url_prefix="/analytics")
bp.register_error_handler(WarehouseUnavailable, failed)


@bp.get("/funnel")
@require(Scope.DASHBOARDS_READ)
def funnel() -> ResponseReturnValue:
    question = funnel_here()
    changed = resolved(question.page) if question.query else None
    if question.moved is not None or changed:
        return redirect(url_for(".funnel", **question.here(changed), _anchor=question.moved or None))
    if question.query is None:
        return _render(question, None), 422
    report = get(FunnelService).answer(question.query)
    return _render(question, FunnelPage.of(report, question, names(), _links()))


@bp.get("/funnel.csv")
@require(Scope.DASHBOARDS_READ)
def table() -> ResponseReturnValue:
    report = get(FunnelService).answer(funnel_here().answerable())
    name = "funnel_demo" if report.demo else "funnel"
    return table_response(funnel_csv(report), "csv", name, report.period, report.version)


def _links() -> Links:
    return Links(
        lambda other: url_for(".funnel", **other.address()), lambda bar: url_for("funnel_sessions.sessions", **bar)
    )


def _render(question: FunnelQuestion, page: FunnelPage | None) -> str:
    received = get(FunnelService).received(question.query.period) if question.query else None
    unknown = unsent(page, received) if page and received else ()
    form, shown = FunnelForm.of(question, received), controls(FUNNEL, question.page)
    return render_template("dashboards/funnel.html", page=page, form=form, unsent=unknown, **shown)
