from __future__ import annotations

from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.monitoring.business import BusinessGauges
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.exposition.service import ExpositionService
from backend.analytics.monitoring.readings import Readings
from backend.analytics.monitoring.store import PerformanceStore
from backend.analytics.monitoring.windows import Windows
from backend.clock import utc_now
from backend.plugins import Registry, get
from config.settings import Settings


def fit_out(registry: Registry, _settings: Settings) -> None:
    """What Prometheus scrapes."""

    def exposition() -> ExpositionService:
        return ExpositionService(get(PerformanceStore), get(Windows), get(MonitoringControl), utc_now)

    def business() -> BusinessGauges:
        return BusinessGauges(get(CatalogueService), registry.build(Readings), utc_now)

    registry.add_service(ExpositionService, exposition)
    registry.add_service(BusinessGauges, business)
