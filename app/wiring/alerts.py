"""Where alerts are sent: channels, the queue of messages, and the sign of life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import SystemRandom

from sqlalchemy import select

from app.wiring.measuring import observer
from backend.accounts.people.models import Account, AccountState
from backend.accounts.permissions import Role
from backend.analytics.monitoring.alerts.notifier import Notifier, Severity
from backend.analytics.monitoring.channels import pagerduty
from backend.analytics.monitoring.channels.announcing import ChannelNotifier
from backend.analytics.monitoring.channels.channel import PAGERDUTY, SLACK, Address, Channel, ChannelKind, Source
from backend.analytics.monitoring.channels.dead_man import DeadMan
from backend.analytics.monitoring.channels.delivering import TIME_LIMIT, Deliveries
from backend.analytics.monitoring.channels.sending import Sender
from backend.analytics.monitoring.channels.service import KIND, ChannelService
from backend.analytics.monitoring.readings import Family
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.jobs.kinds import ClaimedJob, JobKinds
from backend.jobs.service import Jobs
from backend.jobs.store import database_clock
from backend.mail.service import Mail
from backend.outbound.client import Outbound
from backend.outbound.target import OutboundTarget
from backend.personal_data import DataClasses
from backend.plugins import Registry
from backend.vault.service import Vault
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    site, zone, fixed, uniform = settings.public_url, settings.BUSINESS_TIME_ZONE, of_settings(settings), SystemRandom()

    def channels() -> ChannelService:
        session = get_db_session()
        vault, jobs, audit = registry.build(Vault), registry.build(Jobs), registry.build(AuditLog)
        return ChannelService(session, vault, jobs, audit, fixed, database_clock(session))

    def notifier() -> Notifier:
        return ChannelNotifier(channels(), registry.build(Jobs), site, zone, database_clock(get_db_session()))

    def sender() -> Sender:
        outbound, mail, observe = registry.build(Outbound), registry.build(Mail), observer(registry, Family.ALERT)
        return Sender(outbound, mail, site, zone, utc_now, observe)

    def deliveries() -> Deliveries:
        session = get_db_session()
        now, jobs = database_clock(session), registry.build(Jobs)
        return Deliveries(session, channels(), sender(), jobs, operators, now, uniform.uniform)

    def dead_man() -> DeadMan:
        session, url = get_db_session(), settings.DEAD_MAN_URL.get_secret_value()
        return DeadMan(session, registry.build(Outbound), url, database_clock(session))

    def deliver(_job: ClaimedJob) -> None:
        deliveries().run()

    classes = registry.build(DataClasses)
    classes.holds_nobodys("alert_channels", "where alerts are sent, with sealed addresses")
    classes.holds_nobodys("alert_deliveries", "which alert was sent where; who is emailed is an account's number")
    registry.add_shared(Outbound, lambda: Outbound(observe=observer(registry, Family.OUTBOUND)))
    registry.add_service(ChannelService, channels)
    registry.add_service(Notifier, notifier)  # type: ignore[type-abstract]
    registry.add_service(Sender, sender)
    registry.add_service(Deliveries, deliveries)
    registry.add_service(DeadMan, dead_man)
    registry.build(JobKinds).add(KIND, deliver, attempts=20, time_limit=TIME_LIMIT)


def of_settings(settings: Settings) -> Mapping[Channel, Address]:
    """The channels that the founding settings make."""
    fixed, slack = dict[Channel, Address](), settings.ALERT_WEBHOOK_URL.get_secret_value()
    if slack:
        host = OutboundTarget.parse(slack).host
        channel = Channel(SLACK, ChannelKind.SLACK, "Slack", Severity.INFO, True, Source.SETTINGS, host)
        fixed[channel] = Address(slack)
    if key := settings.PAGERDUTY_API_KEY.get_secret_value():
        host, critical = OutboundTarget.parse(pagerduty.URL).host, Severity.CRITICAL
        channel = Channel(PAGERDUTY, ChannelKind.PAGERDUTY, "PagerDuty", critical, True, Source.SETTINGS, host)
        fixed[channel] = Address(pagerduty.URL, key)
    return fixed


def operators() -> Sequence[int]:
    """Who is told when no one is on call: every account that runs Mingus."""
    runs = Account.role.in_((Role.OPS, Role.ADMIN)) & (Account.state == AccountState.ACTIVE)
    return get_db_session().scalars(select(Account.id).where(runs).order_by(Account.id)).all()
