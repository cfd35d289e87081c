"""The composition root: the one place that names concrete classes and reads settings."""

from __future__ import annotations

import hmac
from datetime import timedelta

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask

from backend import database
from backend.accounts.service import KeyService
from backend.accounts.store import KeyStore
from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.events.service import EventTracker
from backend.analytics.events.store import EventStore
from backend.analytics.metrics.queries import FunnelQueries
from backend.analytics.metrics.service import DashboardService
from backend.assessments.calculator import JobImpactCalculator
from backend.assessments.service import AssessmentService, DraftRetention
from backend.assessments.store import AssessmentStore
from backend.clock import utc_now
from backend.database import get_db_session
from backend.extensions import cache
from backend.health import HealthService
from backend.plugins import KEY, Registry, load
from backend.reference.loading import Reference, load_reference
from config.settings import PROJECT, Settings


def init_app(app: Flask, settings: Settings) -> None:
    registry = app.extensions[KEY] = Registry()
    registry.on_start(lambda: database.forget_inherited_connections(app))
    for plugin in load(settings.plugin_paths):
        registry.add_plugin(app, plugin)
    _add_services(registry, settings)


def _add_services(registry: Registry, settings: Settings) -> None:
    pepper = hmac.digest(settings.secret_key.encode(), b"api keys", "sha256")
    revision = newest_migration()

    def keys() -> KeyService:
        session = get_db_session()
        return KeyService(KeyStore(session), session, pepper, utc_now)

    def events() -> EventTracker:
        session = get_db_session()
        return EventTracker(EventStore(session), session, registry.build(AiCalculatorAnalytics).telemetry, utc_now)

    def assessments() -> AssessmentService:
        session = get_db_session()
        calculator, reference = registry.build(JobImpactCalculator), registry.build(Reference)
        kept_for = timedelta(days=settings.ANSWERS_RETENTION_DAYS)
        return AssessmentService(AssessmentStore(session), calculator, reference, session, utc_now, kept_for)

    def retention() -> DraftRetention:
        session = get_db_session()
        return DraftRetention(AssessmentStore(session), session, utc_now)

    registry.add_shared(Reference, load_reference)
    registry.add_shared(JobImpactCalculator, lambda: JobImpactCalculator(registry.build(Reference)))
    registry.add_service(KeyService, keys)
    registry.add_service(EventTracker, events)
    registry.add_service(AssessmentService, assessments)
    registry.add_service(DraftRetention, retention)
    registry.add_service(DashboardService, lambda: DashboardService(FunnelQueries(get_db_session()), utc_now))
    registry.add_service(HealthService, lambda: HealthService(get_db_session(), cache, revision, registry.health))


def newest_migration() -> str:
    """The migration this version of the code expects the database to stand at."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head() or ""
