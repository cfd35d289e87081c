from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.wiring.measuring import readings_of
from backend.analytics.monitoring import personal_data
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.folding import Folding
from backend.analytics.monitoring.growth import StorageGrowth
from backend.analytics.monitoring.hosts import HostStore
from backend.analytics.monitoring.readings import Readings
from backend.analytics.monitoring.state import Desired, StateStore
from backend.analytics.monitoring.store import PerformanceStore
from backend.analytics.monitoring.summary import PerformanceSummary
from backend.analytics.monitoring.windows import Windows
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.extensions import db
from backend.jobs.store import database_clock
from backend.personal_data import DataClasses
from backend.plugins import Registry
from config.settings import Settings


def is_monitored(registry: Registry) -> bool:
    """Whether monitoring is to be on."""
    return registry.build(MonitoringControl).order().desired is Desired.ON


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
        return control().off_spans(since, until)

    def folding() -> Folding:
        session = get_db_session()
        return Folding(PerformanceStore(session), session, utc_now)

    def windows() -> Windows:
        return Windows(PerformanceStore(get_db_session()), off_spans, utc_now)

    classes = registry.build(DataClasses)
    personal_data.declare(classes, get_db_session)
    for table in ("performance_flushes", "performance_series", "performance_totals"):
        classes.holds_nobodys(table, "how often something happened and how long it took, of nobody in particular")
    registry.add_shared(Readings, lambda: readings_of(registry, settings))
    registry.add_shared(Flusher, lambda: Flusher(registry.build(Readings), write))
    registry.on_start(lambda: registry.build(Flusher).begin())
    registry.add_service(MonitoringControl, control)
    registry.add_service(PerformanceStore, lambda: PerformanceStore(get_db_session()))
    registry.add_service(Folding, folding)
    registry.add_service(Windows, windows)
    registry.add_service(StorageGrowth, lambda: StorageGrowth(windows(), utc_now))
    registry.add_service(PerformanceSummary, lambda: PerformanceSummary(windows(), off_spans, utc_now))
