from __future__ import annotations

from backend.analytics.metrics.queries import FunnelQueries
from backend.analytics.metrics.service import DashboardService
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    registry.add_service(DashboardService, lambda: DashboardService(FunnelQueries(get_db_session()), utc_now))
