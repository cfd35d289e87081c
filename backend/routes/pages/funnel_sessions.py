"""`/analytics/funnel/sessions`: who stands behind a bar of the funnel, and what one of them did."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.metrics.catalogue.query import MOST_ROWS
from backend.analytics.metrics.funnel.service import FunnelService, JourneyGroups, JourneyList
from backend.analytics.metrics.funnel.visits import VisitId, VisitService
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.funnel.question import BarQuestion
from backend.dashboards.funnel.sessions import MOST_GROUPS_SHOWN, PER_PAGE, SessionsPage
from backend.dashboards.funnel.visit import AROUND, VisitPage, first_around
from backend.dashboards.pages.funnel import FUNNEL
from backend.plugins import get
from backend.routes.access import require
from backend.routes.pages.dashboard_controls import controls, failed, names
from backend.routes.pages.page_questions import bar_here
from backend.routes.schemas.funnel import journeys_csv
from backend.routes.tables import table_response

bp = Blueprint("funnel_sessions", __name__, url_prefix="/analytics")
bp.register_error_handler(WarehouseUnavailable, failed)


@bp.get("/funnel/sessions")
@require(Scope.DASHBOARDS_READ)
def sessions() -> ResponseReturnValue:
    """Who stands behind a bar."""
    bar = bar_here()
    journeys, groups = _behind(bar, PER_PAGE, bar.before * PER_PAGE), _groups(bar, MOST_GROUPS_SHOWN)
    page = SessionsPage.of(journeys, groups, bar, names())
    shown = controls(FUNNEL, bar.funnel.page)
    return render_template("dashboards/funnel_sessions.html", page=page, behind=bar, **shown)


@bp.get("/funnel/sessions.csv")
@require(Scope.DASHBOARDS_READ)
def sessions_table() -> ResponseReturnValue:
    """All pages of them, up to as many rows as any table has."""
    journeys = _behind(bar_here(), MOST_ROWS)
    name = f"funnel_{journeys.query.scope}s{'_demo' if journeys.demo else ''}"
    return table_response(journeys_csv(journeys), "csv", name, journeys.query.period, journeys.version)


@bp.get("/funnel/visit/<visit>")
@require(Scope.DASHBOARDS_READ)
def visit(visit: str) -> ResponseReturnValue:
    """What one of them did, in order."""
    visit_id, bar = VisitId.parse(visit), bar_here()
    around = _behind(bar, 2 * AROUND + 1, first_around(bar.place)) if bar.place else None
    page = VisitPage.of(get(VisitService).visit(visit_id), around, bar, names())
    return render_template("dashboards/funnel_visit.html", page=page, **controls(FUNNEL, bar.funnel.page))


def _behind(bar: BarQuestion, limit: int, offset: int = 0) -> JourneyList:
    return get(FunnelService).behind(bar.funnel.answerable(), bar.bar, limit, offset)


def _groups(bar: BarQuestion, limit: int) -> JourneyGroups:
    return get(FunnelService).groups_behind(bar.funnel.answerable(), bar.bar, bar.grouped_by, limit)
