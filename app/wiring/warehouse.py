from __future__ import annotations

from datetime import timedelta

from backend.analytics.lake.delta import Lake
from backend.analytics.lake.freshness import Freshness
from backend.analytics.lake.subscribers import Subscribers
from backend.analytics.metrics.attribution.service import AttributionService
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.live.feed import LiveFeed, SubscriberLimits
from backend.analytics.metrics.live.service import LiveService
from backend.analytics.warehouse.clickhouse import ClickHouseEngine
from backend.analytics.warehouse.duck import DuckEngine
from backend.analytics.warehouse.personal_data import visit_data
from backend.analytics.warehouse.relations import SESSIONS
from backend.analytics.warehouse.service import Warehouse
from backend.analytics.warehouse.sessions import Sessions
from backend.analytics.warehouse.snapshots import Snapshots
from backend.clock import utc_now
from backend.personal_data import DataClasses
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    lake = registry.build(Lake)
    lake.add_table(SESSIONS)
    registry.build(DataClasses).add(visit_data(lake, settings.EVENTS_RETENTION_DAYS))

    def duck() -> DuckEngine:
        return DuckEngine(settings.DUCKDB_MEMORY, settings.DUCKDB_THREADS, settings.INSTANCE_DIR / "duckdb")

    url = settings.WAREHOUSE_URL.get_secret_value()
    sessions = Sessions(lake, duck(), utc_now)
    warehouse = Warehouse(
        ClickHouseEngine(url) if url else duck(), Snapshots(lake), lambda: registry.build(Freshness).ensure()
    )
    registry.add_warm_up(warehouse.begin)
    registry.build(Subscribers).add(sessions.follow, sessions.mend)
    registry.add_service(Sessions, lambda: sessions)
    registry.add_service(Warehouse, lambda: warehouse)
    registry.add_service(AttributionService, lambda: AttributionService(warehouse, utc_now))
    registry.add_service(FunnelService, lambda: FunnelService(warehouse, utc_now))
    limits = SubscriberLimits(min(settings.LIVE_STREAMS, settings.WEB_THREADS // 2), settings.LIVE_STREAM_SECONDS)
    registry.add_shared(LiveFeed, lambda: LiveFeed(LiveService(warehouse, utc_now).look, limits, registry.is_ending))
    conversion_window = timedelta(hours=settings.CONVERSION_WINDOW_HOURS)
    registry.add_service(CatalogueService, lambda: CatalogueService(warehouse, utc_now, conversion_window))
