from __future__ import annotations

from backend.analytics.monitoring import personal_data
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.hosts import HostStore
from backend.analytics.monitoring.readings import Readings
from backend.analytics.monitoring.state import StateStore
from backend.audit.service import AuditLog
from backend.database import get_db_session
from backend.jobs.store import database_clock
from backend.personal_data import DataClasses
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    """Monitoring: whether it is on, and what was measured."""

    def control() -> MonitoringControl:
        session = get_db_session()
        audit, now = registry.build(AuditLog), database_clock(session)
        return MonitoringControl(StateStore(session), HostStore(session), session, audit, now)

    personal_data.declare(registry.build(DataClasses), get_db_session)
    registry.add_shared(Readings, Readings)
    registry.add_service(MonitoringControl, control)
