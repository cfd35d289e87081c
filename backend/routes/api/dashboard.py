"""`/api/analytics/dashboard`: the numbers behind the dashboards."""

from __future__ import annotations

from flask import current_app
from flask_openapi3 import APIBlueprint, Tag
from werkzeug import Response

from backend.accounts.permissions import Scope
from backend.analytics.metrics.attribution.service import AttributionService
from backend.analytics.metrics.catalogue.dashboards import CONVERSIONS, GEOGRAPHY, POPULAR, Dashboard
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import require
from backend.routes.schemas.attribution import RevenueQuery, RevenueResponse, revenue_csv
from backend.routes.schemas.metrics import DashboardQuery, ResultResponse
from backend.routes.schemas.problem import problems
from backend.routes.tables import result_response, table_response

bp = APIBlueprint(
    "dashboard",
    __name__,
    url_prefix="/dashboard",
    abp_tags=[Tag(name="Dashboards", description="Where visitors continue and where they leave.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)
RESPONSES = {200: ResultResponse, **problems(400, 401, 403, 422)}


@bp.get("/conversions", responses=RESPONSES)
@require(Scope.DASHBOARDS_READ)
def conversions(query: DashboardQuery) -> Response:
    """Visitors with a result who then saw an offer and asked for a plan, by exposure level"""
    return _answered(CONVERSIONS, query)


@bp.get("/popular", responses=RESPONSES)
@require(Scope.DASHBOARDS_READ)
def popular(query: DashboardQuery) -> Response:
    """The most looked-up jobs, by job title"""
    return _answered(POPULAR, query)


@bp.get("/revenue", responses={200: RevenueResponse, **problems(400, 401, 403, 422)})
@require(Scope.DASHBOARDS_READ)
def revenue(query: RevenueQuery) -> Response:
    """What visitors asked to pay, credited to the channels that led to it

    Credits add up to the amount asked in one currency, to the cent; `meta.other_currencies` names what is not in it.
    """
    report = get(AttributionService).revenue(query.query(current_app.config["BUSINESS_TIME_ZONE"], utc_now()))
    text = revenue_csv(report) if query.format == "csv" else RevenueResponse.of(report).model_dump_json()
    return table_response(
        text, query.format, "revenue_demo" if report.demo else "revenue", report.query.period, report.version
    )


@bp.get("/geographic", responses=RESPONSES)
@require(Scope.DASHBOARDS_READ)
def geographic(query: DashboardQuery) -> Response:
    """Where sessions came from, by country

    `country=US&breakdown=region` counts the states.
    """
    return _answered(GEOGRAPHY, query)


def _answered(dashboard: Dashboard, query: DashboardQuery) -> Response:
    question = query.query(dashboard.measures, dashboard.breakdown, current_app.config["BUSINESS_TIME_ZONE"], utc_now())
    return result_response(get(CatalogueService).answer(question), query.format, dashboard.name)
