from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.wiring.measuring import observer
from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.erasure import Erasure
from backend.analytics.lake.freshness import Freshness
from backend.analytics.lake.health import LakeHealth
from backend.analytics.lake.landing import LandingRetention
from backend.analytics.lake.locks import Lock
from backend.analytics.lake.overview import LakeInspection
from backend.analytics.lake.personal_data import EventData, EventRetention
from backend.analytics.lake.subscribers import Subscribers
from backend.analytics.lake.sync import LakeSync, Synced
from backend.analytics.lake.sync_failures import SyncFailures, SyncReporting
from backend.analytics.lake.upkeep import LakeUpkeep
from backend.analytics.monitoring.readings import Family
from backend.clock import utc_now
from backend.database import get_db_session
from backend.extensions import db
from backend.faults import Faults
from backend.jobs.leases import Leases
from backend.personal_data import DataClasses
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    lake, failures, subscribers = Lake(settings.lake_url), SyncFailures(), Subscribers()
    faults, observe = Faults(settings.FAULT_POINT), observer(registry, Family.LAKE)

    def sync() -> LakeSync:
        reporting = SyncReporting(registry.build(AiCalculatorAnalytics).telemetry, failures, observe)
        lock = Lock(settings.INSTANCE_DIR / "lake-sync.lock")
        return LakeSync(lake, own_session, lock, subscribers, reporting, faults, utc_now)

    def sync_for_a_question() -> Synced | None:
        """Sync after a rollback: the request may hold SQLite's write lock, and has nothing to write."""
        if db.session.registry.has():
            db.session.rollback()
        return sync().run()

    freshness = Freshness(sync_for_a_question, own_session, timedelta(seconds=settings.LAKE_MAX_STALENESS), utc_now)

    def health() -> LakeHealth:
        return LakeHealth(lake, get_db_session(), registry.build(Leases), still_fresh(settings), utc_now)

    kept = EventRetention(settings.LANDING_RETENTION_DAYS, settings.EVENTS_RETENTION_DAYS)
    EventData(get_db_session, lake, lambda: registry.build(Erasure), kept).declare(registry.build(DataClasses))
    registry.add_health("lake", lambda: health().look())
    registry.add_service(Lake, lambda: lake)
    registry.add_service(Subscribers, lambda: subscribers)
    registry.add_service(LakeSync, sync)
    registry.add_service(Freshness, lambda: freshness)
    registry.add_service(LakeInspection, lambda: LakeInspection(lake, own_session, utc_now))
    registry.add_service(Erasure, lambda: Erasure(lake, own_session, subscribers, faults))
    registry.add_service(LakeUpkeep, lambda: upkeep(lake, settings, faults))
    registry.add_service(LandingRetention, lambda: landing_retention(lake, settings))


def still_fresh(settings: Settings) -> timedelta:
    """The age at which the lake is unhealthy: a few intervals of the sync, since compaction may delay one."""
    return 4 * timedelta(seconds=settings.LAKE_SYNC_SECONDS + settings.LAKE_MAX_STALENESS)


def own_session() -> Session:
    """A session apart from the request's, since a sync commits and must not commit the request's work."""
    return Session(db.engine)


def upkeep(lake: Lake, settings: Settings, faults: Faults) -> LakeUpkeep:
    return LakeUpkeep(lake, timedelta(days=settings.EVENTS_RETENTION_DAYS), faults, utc_now)


def landing_retention(lake: Lake, settings: Settings) -> LandingRetention:
    readers = {"ga4"} if settings.GA4_MEASUREMENT_ID else set[str]()
    return LandingRetention(lake, own_session, timedelta(days=settings.LANDING_RETENTION_DAYS), readers, utc_now)
