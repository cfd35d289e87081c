"""Experiments, flags, and holdouts."""

from __future__ import annotations

from datetime import timedelta

from app.wiring.product_names import product_names
from backend.analytics.experiments import personal_data
from backend.analytics.experiments.count_memory import CountMemory
from backend.analytics.experiments.counting import Counting
from backend.analytics.experiments.decisions import Decisions
from backend.analytics.experiments.families import ProductNames
from backend.analytics.experiments.flags import FlagService
from backend.analytics.experiments.holdouts import HoldoutService
from backend.analytics.experiments.kill_file import KillFile
from backend.analytics.experiments.result_service import ResultService
from backend.analytics.experiments.schedules import ExperimentSchedules
from backend.analytics.experiments.service import ExperimentService
from backend.analytics.experiments.verdicts import VerdictStore
from backend.analytics.warehouse.service import Warehouse
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.faults import Faults
from backend.jobs.attempt import Attempts
from backend.jobs.store import database_clock
from backend.personal_data import DataClasses
from backend.plugins import Registry, get
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    faults = Faults(settings.FAULT_POINT)

    def experiments() -> ExperimentService:
        session = get_db_session()
        return ExperimentService(session, get(AuditLog), get(ProductNames), faults, database_clock(session))

    def flags() -> FlagService:
        session = get_db_session()
        return FlagService(session, get(AuditLog), get(KillFile), faults, database_clock(session))

    def holdouts() -> HoldoutService:
        session = get_db_session()
        return HoldoutService(session, get(AuditLog), database_clock(session))

    def schedules() -> ExperimentSchedules:
        session = get_db_session()
        return ExperimentSchedules(get(ExperimentService), session, database_clock(session))

    memory = CountMemory()

    def results() -> ResultService:
        counting = Counting(get(Warehouse), timedelta(hours=settings.CONVERSION_WINDOW_HOURS), memory)
        verdicts = VerdictStore(get_db_session())
        zone, experiment_of = settings.BUSINESS_TIME_ZONE, get(ExperimentService).get
        return ResultService(experiment_of, counting, zone, utc_now, verdicts.taken)

    def decisions() -> Decisions:
        session = get_db_session()
        verdicts, attempts = VerdictStore(session), registry.build(Attempts)
        return Decisions(get(ExperimentService), get(ResultService), verdicts, session, attempts, utc_now)

    personal_data.declare(registry.build(DataClasses), get_db_session, timedelta(days=settings.EVENTS_RETENTION_DAYS))
    registry.add_shared(ProductNames, product_names)
    registry.add_service(ExperimentService, experiments)
    registry.add_service(FlagService, flags)
    registry.add_service(HoldoutService, holdouts)
    registry.add_service(ExperimentSchedules, schedules)
    registry.add_service(ResultService, results)
    registry.add_service(Decisions, decisions)
