"""The status page: incidents, and how each part of the site did."""

from __future__ import annotations

from backend.analytics.monitoring.incidents.service import IncidentService
from backend.analytics.monitoring.incidents.store import IncidentStore
from backend.analytics.monitoring.uptime import Uptime
from backend.analytics.monitoring.windows import Windows
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.jobs.store import database_clock
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, _settings: Settings) -> None:
    def incidents() -> IncidentService:
        session = get_db_session()
        return IncidentService(IncidentStore(session), session, registry.build(AuditLog), database_clock(session))

    registry.add_service(IncidentService, incidents)
    registry.add_service(Uptime, lambda: Uptime(registry.build(Windows), utc_now))
