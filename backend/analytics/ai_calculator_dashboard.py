"""The dashboard plugin: what the dashboards show, for Python callers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from backend.analytics.metrics.period import Period
from backend.analytics.metrics.service import DashboardService, FunnelReport
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
        start, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (start_date, end_date))
        return get(DashboardService).funnel(Period(start, end, "UTC"))


ai_calculator_dashboard = current(AiCalculatorDashboard)
