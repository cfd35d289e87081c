"""The dashboard plugin: what the dashboards show, for Python callers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.service import Attribution, AttributionQuery, AttributionService
from backend.analytics.metrics.catalogue.dashboards import CONVERSIONS, GEOGRAPHY, POPULAR, Dashboard
from backend.analytics.metrics.catalogue.query import Query, Result
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.definition import FunnelQuery
from backend.analytics.metrics.funnel.service import FunnelReport, FunnelService
from backend.analytics.metrics.period import Period
from backend.plugins import Health, current, get

if TYPE_CHECKING:
    from flask import Flask


class AiCalculatorDashboard:
    """Holds nothing between questions."""

    name = "ai_calculator_dashboard"

    def init_app(self, app: Flask) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def health(self) -> Health:
        return Health(ok=True)

    def get_calculator_funnel(self, start_date: datetime, end_date: datetime) -> FunnelReport:
        """The calculator's steps between two instants; a naive one is read as UTC."""
        return get(FunnelService).answer(FunnelQuery(period(start_date, end_date)))

    def get_conversion_rates_by_risk_level(self, start_date: datetime, end_date: datetime) -> Result:
        """Of the visitors with a result, how many then saw an offer and asked to upgrade, by exposure level."""
        return _answer(CONVERSIONS, start_date, end_date)

    def get_popular_content(self, start_date: datetime, end_date: datetime) -> Result:
        """The job titles that were assessed most."""
        return _answer(POPULAR, start_date, end_date)

    def get_geographic_distribution(self, start_date: datetime, end_date: datetime) -> Result:
        """Sessions, and what became of them, by country."""
        return _answer(GEOGRAPHY, start_date, end_date)

    def get_revenue_attribution(
        self, start_date: datetime, end_date: datetime, model: str = Model.LAST_NON_DIRECT
    ) -> Attribution:
        """What was asked to be paid between two instants, credited to the sources that led to it."""
        return get(AttributionService).revenue(AttributionQuery(period(start_date, end_date), Model(model)))


def _answer(dashboard: Dashboard, start: datetime, end: datetime) -> Result:
    query = Query(dashboard.measures, period(start, end), dimensions=(dashboard.breakdown,))
    return get(CatalogueService).answer(query)


def period(start: datetime, end: datetime, timezone: str = "UTC") -> Period:
    start, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (start, end))
    return Period(start, end, timezone)


ai_calculator_dashboard = current(AiCalculatorDashboard)
