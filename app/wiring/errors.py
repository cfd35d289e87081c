"""Error groups: what requests, jobs and browsers failed with."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from backend.analytics.monitoring.errors.buffer import Burst, Circumstances, ErrorBuffer, ErrorWriter, nowhere_else
from backend.analytics.monitoring.errors.group import ErrorSource
from backend.analytics.monitoring.errors.sentry import Sentry
from backend.analytics.monitoring.errors.service import ErrorService
from backend.analytics.monitoring.errors.store import ErrorStore
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.readings import Readings
from backend.analytics.monitoring.traces import Traces
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.jobs.attempt import Failed
from backend.jobs.kinds import NoUse, TryAgain
from backend.personal_data import DataClasses
from backend.plugins import KEY, Registry, get
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    def errors() -> ErrorService:
        session = get_db_session()
        return ErrorService(ErrorStore(session), session, registry.build(AuditLog), utc_now)

    dsn = settings.SENTRY_DSN.get_secret_value()
    elsewhere = Sentry(dsn, settings.release, settings.MINGUS_ENV).send if dsn else nowhere_else
    buffer = ErrorBuffer(settings.release, utc_now, lambda: registry.build(Readings).is_on, elsewhere)
    classes = registry.build(DataClasses)
    classes.holds_nobodys("error_groups", "what failed in the code, with every value masked")
    classes.holds_nobodys("error_hours", "how often it failed")
    registry.add_shared(ErrorBuffer, lambda: buffer)
    registry.add_service(ErrorService, errors)


def failed_work(registry: Registry) -> Failed:
    """What notes the errors of jobs and of the schedule; the list of jobs shows what a handler gives up on itself."""

    def failed(what: str, error: Exception) -> None:
        if not isinstance(error, NoUse | TryAgain):
            registry.build(ErrorBuffer).record(
                error, Circumstances(ErrorSource.JOB, what, trace_id=registry.build(Traces).trace_id())
            )

    return failed


def init_app(app: Flask) -> None:
    """Each flush of monitoring writes the errors of this process down, in a transaction of their own."""
    registry: Registry = app.extensions[KEY]

    def save(bursts: Sequence[Burst]) -> None:
        with app.app_context():
            get(ErrorService).record(bursts)

    registry.build(Flusher).also(ErrorWriter(registry.build(ErrorBuffer), save).write)
