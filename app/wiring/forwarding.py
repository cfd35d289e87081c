"""Forwarding of events to GA4, or to nobody where no setting names a stream."""

from __future__ import annotations

from datetime import timedelta

from app.wiring.measuring import observer
from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.events.forwarding.client import Ga4Client
from backend.analytics.events.forwarding.service import SEND, Forwarding, Ga4Forwarding, NullForwarding
from backend.analytics.events.forwarding.store import CursorStore
from backend.analytics.events.landing_reader import LandingReader
from backend.analytics.monitoring.readings import Family
from backend.clock import utc_now
from backend.database import get_db_session
from backend.faults import Faults
from backend.jobs.kinds import ClaimedJob, JobKinds
from backend.jobs.service import Jobs
from backend.plugins import Health, Registry
from config.settings import Settings

# Attempts over several hours; GA4 takes events up to three days old.
ATTEMPTS = 15
TIME_LIMIT = timedelta(seconds=15)


def fit_out(registry: Registry, settings: Settings) -> None:
    def client() -> Ga4Client:
        secret, observe = settings.GA4_API_SECRET.get_secret_value(), observer(registry, Family.OUTBOUND)
        return Ga4Client(settings.GA4_URL, settings.GA4_MEASUREMENT_ID, secret, observe=observe)

    def forwarding() -> Forwarding:
        telemetry = registry.build(AiCalculatorAnalytics).telemetry
        if not settings.GA4_MEASUREMENT_ID:
            return NullForwarding(telemetry)
        session = get_db_session()
        reader, cursors, jobs = LandingReader(session), CursorStore(session), registry.build(Jobs)
        faults = Faults(settings.FAULT_POINT)
        return Ga4Forwarding(reader, cursors, jobs, registry.build(Ga4Client), session, telemetry, utc_now, faults)

    def send(job: ClaimedJob) -> None:
        forwarding().send(job)

    health = Health(ok=True, reason="" if settings.GA4_MEASUREMENT_ID else "GA4 is not configured")
    if settings.GA4_MEASUREMENT_ID:
        registry.add_shared(Ga4Client, client)
    registry.add_service(Forwarding, forwarding)  # type: ignore[type-abstract]
    registry.add_health("ga4", lambda: health)
    registry.build(JobKinds).add(SEND, send, attempts=ATTEMPTS, time_limit=TIME_LIMIT)
