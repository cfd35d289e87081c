"""The dashboard plugin: what the dashboards show, for Python callers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.service import Attribution, AttributionService
from backend.analytics.metrics.period import Period
from backend.analytics.metrics.service import Conversions, DashboardService, FunnelReport, Revenue
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
        """The funnel between two instants; a naive one is read as UTC."""
        return get(DashboardService).funnel(period(start_date, end_date))

    def get_conversions_by_risk_level(self, start_date: datetime, end_date: datetime) -> Conversions:
        """How many sessions at each risk level went on to an offer and to an upgrade, between two instants."""
        return get(DashboardService).conversions(period(start_date, end_date))

    def get_daily_revenue_by_source(self, start_date: datetime, end_date: datetime, timezone: str = "UTC") -> Revenue:
        """What was asked to be paid between two instants, by day in the zone, source and currency."""
        return get(DashboardService).revenue(period(start_date, end_date, timezone))

    def get_revenue_attribution(
        self, start_date: datetime, end_date: datetime, model: str = Model.LAST_NON_DIRECT
    ) -> Attribution:
        """What was asked to be paid between two instants, credited to the sources that led to it."""
        return get(AttributionService).revenue(period(start_date, end_date), Model(model))


def period(start: datetime, end: datetime, timezone: str = "UTC") -> Period:
    start, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (start, end))
    return Period(start, end, timezone)


ai_calculator_dashboard = current(AiCalculatorDashboard)
