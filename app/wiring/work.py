"""Background work: jobs, the schedule, leases."""

from __future__ import annotations

from random import SystemRandom

from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.database import get_db_session
from backend.jobs.kinds import JobKinds
from backend.jobs.service import Jobs
from backend.jobs.store import JobStore, database_clock
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    """First of all rooms: plugins and the other rooms add their kinds of jobs to what is made here."""
    kinds = JobKinds()

    def jobs() -> Jobs:
        session = get_db_session()
        count = registry.build(AiCalculatorAnalytics).telemetry.count
        return Jobs(JobStore(session), session, kinds, count, database_clock(session), SystemRandom().uniform)

    registry.add_shared(JobKinds, lambda: kinds)
    registry.add_service(Jobs, jobs)
