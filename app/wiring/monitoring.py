from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from app.limits import REDIS_PATIENCE
from backend.analytics.monitoring import personal_data
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.host_figures import HostFigures
from backend.analytics.monitoring.hosts import HostStore
from backend.analytics.monitoring.readings import Readings
from backend.analytics.monitoring.sampler import Sampler, SamplerServices
from backend.analytics.monitoring.shared_figures import SharedFigures
from backend.analytics.monitoring.state import StateStore
from backend.audit.service import AuditLog
from backend.database import get_db_session
from backend.jobs.leases import Leases
from backend.jobs.store import database_clock
from backend.personal_data import DataClasses
from backend.plugins import KEY, Registry, get
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    """Monitoring: whether it is on, and what was measured."""

    def control() -> MonitoringControl:
        session = get_db_session()
        audit, now = registry.build(AuditLog), database_clock(session)
        return MonitoringControl(StateStore(session), HostStore(session), session, audit, now)

    def forget_those_of_the_parent() -> None:
        """What was measured before a fork is the parent's to write down."""
        registry.build(Readings).drain()

    def shared_figures() -> SharedFigures:
        session = get_db_session()
        redis = (lambda: redis_info(settings.redis_url)) if settings.redis_url else None
        return SharedFigures(session, redis, database_clock(session))

    personal_data.declare(registry.build(DataClasses), get_db_session)
    registry.add_shared(Readings, Readings)
    registry.on_start(forget_those_of_the_parent)
    registry.add_service(MonitoringControl, control)
    registry.add_service(SharedFigures, shared_figures)


def sampler_of(app: Flask, settings: Settings) -> Sampler:
    """The sampler of this host, for a process that answers no requests."""
    readings = app.extensions[KEY].build(Readings)
    services = SamplerServices(
        app.app_context,
        lambda: get(Leases),
        lambda: get(MonitoringControl),
        lambda: get(SharedFigures),
        readings.drain,
    )
    lake = Path(settings.lake_url)
    folders = [settings.INSTANCE_DIR, *([lake] if "://" not in settings.lake_url else [])]
    return Sampler(services, HostFigures(folders), readings, settings.host_id)


def redis_info(url: str) -> Mapping[str, Any]:
    from redis import Redis

    with Redis.from_url(url, **REDIS_PATIENCE) as client:
        return dict(client.info("memory"))
