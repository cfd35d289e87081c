"""The sampler of a host, which only processes make that answer no requests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from app.limits import REDIS_PATIENCE
from backend.analytics.experiments.watch import ExperimentWatch
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.host_figures import HostFigures
from backend.analytics.monitoring.readings import Readings
from backend.analytics.monitoring.sampler import Sampler, SamplerServices
from backend.analytics.monitoring.shared_figures import SharedFigures
from backend.database import get_db_session
from backend.jobs.leases import Leases
from backend.jobs.store import database_clock
from backend.plugins import KEY, get
from config.settings import Settings


def sampler_of(app: Flask, settings: Settings) -> Sampler:
    registry = app.extensions[KEY]
    services = SamplerServices(
        context=app.app_context,
        leases=lambda: get(Leases),
        control=lambda: get(MonitoringControl),
        shared=lambda: shared_figures(settings.redis_url),
        flush=lambda: registry.build(Flusher).flush(),
    )
    lake = Path(settings.lake_url)
    folders = [settings.INSTANCE_DIR, *([lake] if "://" not in settings.lake_url else [])]
    return Sampler(services, HostFigures(folders), registry.build(Readings), settings.host_id)


def shared_figures(redis_url: str) -> SharedFigures:
    session = get_db_session()
    redis = (lambda: redis_info(redis_url)) if redis_url else None
    return SharedFigures(session, redis, database_clock(session), [ExperimentWatch(session).figures])


def redis_info(url: str) -> Mapping[str, Any]:
    from redis import Redis

    with Redis.from_url(url, **REDIS_PATIENCE) as client:
        return dict(client.info("memory"))
