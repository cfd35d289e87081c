from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from app.limits import REDIS_PATIENCE
from backend.analytics.monitoring import personal_data
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.folding import Folding
from backend.analytics.monitoring.host_figures import HostFigures
from backend.analytics.monitoring.hosts import HostStore
from backend.analytics.monitoring.readings import Readings
from backend.analytics.monitoring.sampler import Sampler, SamplerServices
from backend.analytics.monitoring.shared_figures import SharedFigures
from backend.analytics.monitoring.state import StateStore
from backend.analytics.monitoring.store import PerformanceStore
from backend.analytics.monitoring.summary import PerformanceSummary
from backend.analytics.monitoring.windows import Windows
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.extensions import db
from backend.jobs.leases import Leases
from backend.jobs.store import database_clock
from backend.personal_data import DataClasses
from backend.plugins import KEY, Registry, get
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    """Monitoring: whether it is on, and what was measured."""

    def write(payload: bytes) -> None:
        """In a session of its own, since nothing else may be committed or rolled back with it."""
        with Session(db.engine) as session:
            PerformanceStore(session).add_flush(settings.host_id, os.getpid(), utc_now(), payload)
            session.commit()

    def control() -> MonitoringControl:
        session = get_db_session()
        audit, now = registry.build(AuditLog), database_clock(session)
        return MonitoringControl(StateStore(session), HostStore(session), session, audit, now)

    def off_spans(since: datetime, until: datetime) -> Sequence[tuple[datetime, datetime | None]]:
        return [(span.began_at, span.ended_at) for span in StateStore(get_db_session()).spans(since, until)]

    def folding() -> Folding:
        session = get_db_session()
        return Folding(PerformanceStore(session), session, utc_now)

    def windows() -> Windows:
        return Windows(PerformanceStore(get_db_session()), off_spans, utc_now)

    def shared_figures() -> SharedFigures:
        session = get_db_session()
        redis = (lambda: redis_info(settings.redis_url)) if settings.redis_url else None
        return SharedFigures(session, redis, database_clock(session))

    classes = registry.build(DataClasses)
    personal_data.declare(classes, get_db_session)
    for table in ("performance_flushes", "performance_series", "performance_totals"):
        classes.holds_nobodys(table, "how often something happened and how long it took, of nobody in particular")
    registry.add_shared(Readings, Readings)
    registry.add_shared(Flusher, lambda: Flusher(registry.build(Readings), write))
    registry.on_start(lambda: registry.build(Flusher).begin())
    registry.add_service(MonitoringControl, control)
    registry.add_service(SharedFigures, shared_figures)
    registry.add_service(PerformanceStore, lambda: PerformanceStore(get_db_session()))
    registry.add_service(Folding, folding)
    registry.add_service(Windows, windows)
    registry.add_service(PerformanceSummary, lambda: PerformanceSummary(windows(), off_spans, utc_now))


def sampler_of(app: Flask, settings: Settings) -> Sampler:
    """The sampler of this host, for a process that answers no requests."""
    registry = app.extensions[KEY]
    services = SamplerServices(
        app.app_context,
        lambda: get(Leases),
        lambda: get(MonitoringControl),
        lambda: get(SharedFigures),
        registry.build(Flusher).flush,
    )
    lake = Path(settings.lake_url)
    folders = [settings.INSTANCE_DIR, *([lake] if "://" not in settings.lake_url else [])]
    return Sampler(services, HostFigures(folders), registry.build(Readings), settings.host_id)


def redis_info(url: str) -> Mapping[str, Any]:
    from redis import Redis

    with Redis.from_url(url, **REDIS_PATIENCE) as client:
        return dict(client.info("memory"))
