"""Background work: jobs, the schedule, leases."""

from __future__ import annotations

from random import SystemRandom

from app.wiring.errors import failed_work
from app.wiring.measuring import observer
from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.traces import Traces
from backend.audit.service import AuditLog
from backend.database import get_db_session
from backend.jobs import personal_data
from backend.jobs.attempt import Attempts
from backend.jobs.kinds import JobKinds
from backend.jobs.leases import Leases
from backend.jobs.overview import BackgroundWork
from backend.jobs.service import Jobs
from backend.jobs.store import JobStore, LeaseStore, ScheduleStore, database_clock
from backend.jobs.timetable import Schedule, Timetable
from backend.personal_data import DataClasses
from backend.plugins import Registry
from backend.tasks.schedule import schedule
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    """To be called before all other rooms and plugins, which add their kinds of jobs to the `JobKinds` made here."""
    kinds, uniform = JobKinds(), SystemRandom().uniform
    attempts = Attempts(failed_work(registry), observer(registry, Family.JOB), registry.build(Traces).work)

    def jobs() -> Jobs:
        session = get_db_session()
        count, now = registry.build(AiCalculatorAnalytics).telemetry.count, database_clock(session)
        return Jobs(JobStore(session), session, kinds, registry.build(AuditLog), count, now, uniform, attempts)

    def leases() -> Leases:
        session = get_db_session()
        return Leases(LeaseStore(session), session, database_clock(session))

    def timetable() -> Timetable:
        session, entries = get_db_session(), registry.build(Schedule)
        return Timetable(ScheduleStore(session), session, entries, database_clock(session), uniform, attempts)

    def overview() -> BackgroundWork:
        return BackgroundWork(get_db_session(), leases(), timetable(), jobs())

    personal_data.declare(registry.build(DataClasses), get_db_session)
    registry.add_shared(Attempts, lambda: attempts)
    registry.add_shared(JobKinds, lambda: kinds)
    registry.add_shared(Schedule, lambda: schedule(settings))
    registry.add_service(Jobs, jobs)
    registry.add_service(Leases, leases)
    registry.add_service(Timetable, timetable)
    registry.add_service(BackgroundWork, overview)
