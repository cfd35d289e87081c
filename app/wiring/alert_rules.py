"""Rules, objectives, the alerts they open, and who is on call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select

from app.wiring.monitoring import is_monitored
from backend.accounts.people.models import Account, AccountState
from backend.accounts.permissions import Role, Scope
from backend.analytics.experiments.watch import ExperimentWatch
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.monitoring.alerts import personal_data
from backend.analytics.monitoring.alerts.announcements import AlertLinks, Announcements
from backend.analytics.monitoring.alerts.evaluation import AlertEvaluation
from backend.analytics.monitoring.alerts.notifier import Notifier
from backend.analytics.monitoring.alerts.on_call import OnCall
from backend.analytics.monitoring.alerts.outages import JudgingContext, Outages
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.alerts.store import AlertStore
from backend.analytics.monitoring.channels.service import ChannelService
from backend.analytics.monitoring.objectives.service import Objectives
from backend.analytics.monitoring.objectives.shipped import OBJECTIVES
from backend.analytics.monitoring.rules.catalogue import CatalogueValues
from backend.analytics.monitoring.rules.checks import Checks
from backend.analytics.monitoring.rules.judging import Observed
from backend.analytics.monitoring.rules.service import Rules
from backend.analytics.monitoring.rules.site_look import SiteLook
from backend.analytics.monitoring.rules.store import RuleStore
from backend.analytics.monitoring.rules.values import LongValues, RuleValues
from backend.analytics.monitoring.rules.windows import WindowValues
from backend.analytics.monitoring.windows import Windows
from backend.audit.service import AuditLog
from backend.database import get_db_session
from backend.jobs.store import database_clock
from backend.jobs.timetable import Timetable
from backend.personal_data import DataClasses
from backend.plugins import Registry, get
from config.settings import Settings

LOOKED_AT = "/health/live"


class Operators:
    """The accounts that can view operations."""

    def all(self) -> Mapping[UUID, int]:
        able = [role for role in Role if Scope.MONITORING_READ in role.scopes]
        active = Account.role.in_(able) & (Account.state == AccountState.ACTIVE)
        rows = get_db_session().execute(select(Account.public_id, Account.id).where(active))
        return {row.public_id: row.id for row in rows}


def fit_out(registry: Registry, settings: Settings) -> None:
    def channel_ids() -> frozenset[str]:
        return frozenset(channel.id for channel in registry.build(ChannelService).all())

    def rules() -> Rules:
        session = get_db_session()
        audit, now = registry.build(AuditLog), database_clock(session)
        return Rules(RuleStore(session), session, audit, channel_ids, now)

    def objectives() -> Objectives:
        return Objectives(OBJECTIVES, registry.build(Windows), database_clock(get_db_session()))

    def on_call() -> OnCall:
        session = get_db_session()
        return OnCall(session, Operators(), registry.build(AuditLog), database_clock(session))

    def alerts() -> AlertService:
        session, audit = get_db_session(), registry.build(AuditLog)
        is_on, knows, now = partial(is_monitored, registry), rules().knows, database_clock(session)
        return AlertService(AlertStore(session), session, audit, is_on, knows, now)

    personal_data.declare(registry.build(DataClasses), get_db_session)
    registry.add_service(Rules, rules)
    registry.add_service(Objectives, objectives)
    registry.add_service(OnCall, on_call)
    registry.add_service(AlertService, alerts)
    registry.add_service(AlertEvaluation, evaluation_of(registry, settings))


def unhealthy_experiments(_at: datetime) -> Sequence[Observed]:
    running = ExperimentWatch(get_db_session()).running()
    return [Observed(float(not each.is_healthy), thing=each.name) for each in running]


def evaluation_of(registry: Registry, settings: Settings) -> Callable[[], AlertEvaluation]:
    """What makes the evaluation of each turn; what rules over long times saw is kept between turns."""
    zone, look = settings.BUSINESS_TIME_ZONE, SiteLook(settings.WATCHED_URL or f"{settings.public_url}{LOOKED_AT}")
    catalogue, long = CatalogueValues(lambda: get(CatalogueService), zone), LongValues()
    context = JudgingContext(zone, Outages())

    def values() -> RuleValues:
        windows, timetable = registry.build(Windows), registry.build(Timetable)
        session, on_call = get_db_session(), registry.build(OnCall).observe
        checks = Checks(session, timetable, windows, look.observe, on_call, unhealthy_experiments, zone)
        return RuleValues(WindowValues(windows), catalogue, OBJECTIVES, checks.by_name(), long)

    def evaluation() -> AlertEvaluation:
        session = get_db_session()
        store, links, on_call = AlertStore(session), AlertLinks(settings.public_url), registry.build(OnCall)
        notifier = registry.build(Notifier)  # type: ignore[type-abstract]
        announcements = Announcements(store, notifier, on_call, links, session)
        in_force, is_on, now = registry.build(Rules).in_force, partial(is_monitored, registry), database_clock(session)
        return AlertEvaluation(store, in_force, values(), announcements, session, is_on, now, context)

    return evaluation
