from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from flask import Flask, has_request_context

from app.wiring.measuring import observer
from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.freshness import Freshness
from backend.analytics.lake.subscribers import Subscribers
from backend.analytics.metrics.attribution.service import AttributionService
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.funnel.visits import VisitService
from backend.analytics.metrics.live.feed import LiveFeed, SubscriberLimits
from backend.analytics.metrics.live.service import LiveService
from backend.analytics.monitoring.readings import Family
from backend.analytics.warehouse.answers import AnswerCache
from backend.analytics.warehouse.clickhouse import ClickHouseEngine
from backend.analytics.warehouse.duck import DuckEngine
from backend.analytics.warehouse.personal_data import visit_data
from backend.analytics.warehouse.relations import SESSIONS
from backend.analytics.warehouse.service import Warehouse
from backend.analytics.warehouse.sessions import Sessions
from backend.analytics.warehouse.slots import Slot, Slots
from backend.analytics.warehouse.snapshots import Snapshots
from backend.analytics.warehouse.stores import AnswerStore, FileStore, NoStore, RedisStore
from backend.clock import utc_now
from backend.dashboards.names import Names
from backend.dashboards.prepared import PreparedAnswers
from backend.dashboards.services import Services
from backend.personal_data import DataClasses
from backend.plugins import Registry, built, get
from backend.reference.loading import Reference
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    lake = registry.build(Lake)
    lake.add_table(SESSIONS)
    registry.build(DataClasses).add(visit_data(lake, settings.EVENTS_RETENTION_DAYS))

    def duck() -> DuckEngine:
        return DuckEngine(settings.DUCKDB_MEMORY, settings.DUCKDB_THREADS, settings.INSTANCE_DIR / "duckdb")

    def count(name: str) -> None:
        registry.build(AiCalculatorAnalytics).telemetry.count(name)

    url = settings.WAREHOUSE_URL.get_secret_value()
    sessions = Sessions(lake, duck, utc_now)
    engine, snapshots = ClickHouseEngine(url) if url else duck(), Snapshots(lake)
    answers = AnswerCache(answer_store(settings), count, observer(registry, Family.CACHE))
    observe, fresh = observer(registry, Family.LAKE), lambda: registry.build(Freshness).ensure()
    warehouse = partial(Warehouse, engine, snapshots, fresh, answers=answers, observe=observe)
    registry.add_warm_up(warehouse().begin)
    registry.build(Subscribers).add(sessions.follow, sessions.mend)
    registry.build(Subscribers).add(lambda days: warehouse().forget() if days else None)
    registry.add_service(Sessions, lambda: sessions)
    slots = warehouse_slots(settings)
    registry.add_service(Slot, lambda: Slot(slots))
    registry.add_service(Warehouse, lambda: warehouse(slot=get(Slot) if has_request_context() else None))
    renewing = partial(warehouse, answers=AnswerCache(answer_store(settings), count, renews=True))
    _add_services(registry, settings, renewing)
    registry.add_service(VisitService, lambda: VisitService(get(Warehouse)))
    limits = SubscriberLimits(live_streams(settings), settings.LIVE_STREAM_SECONDS)
    # It looks once a second for everybody, however many follow it: a slot would only keep it from them.
    registry.add_shared(LiveFeed, lambda: LiveFeed(LiveService(warehouse(), utc_now).look, limits, registry.is_ending))


def _add_services(registry: Registry, settings: Settings, renewing: Callable[[], Warehouse]) -> None:
    """What asks the warehouse for pages and the API. `renewing`: a warehouse that stores what it finds once more."""
    conversion_window = timedelta(hours=settings.CONVERSION_WINDOW_HOURS)

    def services(asked: Warehouse) -> Services:
        catalogue = CatalogueService(asked, utc_now, conversion_window)
        funnel, attribution = FunnelService(asked, utc_now), AttributionService(asked, utc_now)
        return Services(catalogue, funnel, attribution, registry.build(LiveFeed))

    def prepared() -> PreparedAnswers:
        asked, names = renewing(), Names.of_reference(registry.build(Reference))
        return PreparedAnswers(services(asked), names, settings.BUSINESS_TIME_ZONE, utc_now, asked.first_day)

    registry.add_service(Services, lambda: services(get(Warehouse)))
    registry.add_service(PreparedAnswers, prepared)
    registry.add_service(CatalogueService, lambda: get(Services).catalogue)
    registry.add_service(AttributionService, lambda: get(Services).attribution)
    registry.add_service(FunnelService, lambda: get(Services).funnel)


def init_app(app: Flask) -> None:
    """Each request leaves its slot when it ends."""
    app.teardown_request(_leave)


def live_streams(settings: Settings) -> int:
    """At most half the threads."""
    return min(settings.LIVE_STREAMS, settings.WEB_THREADS // 2)


def warehouse_slots(settings: Settings) -> Slots:
    """As many wait as work, but streams, who works and who waits together leave a thread for everything else."""
    threads = settings.WEB_THREADS - 1 - live_streams(settings)
    number = max(1, min(settings.DASHBOARDS_AT_ONCE, threads))
    return Slots(number, max(0, min(number, threads - number)))


def answer_store(settings: Settings) -> AnswerStore:
    """Redis where there is one, for it is shared by machines too."""
    seconds = settings.SHARED_ANSWERS_SECONDS
    if not seconds:
        return NoStore()
    if settings.redis_url:
        return RedisStore(settings.redis_url, seconds)
    return FileStore(settings.INSTANCE_DIR / "answers", seconds)


def _leave(_error: BaseException | None) -> None:
    slot = built(Slot)
    if slot is not None:
        slot.release()
