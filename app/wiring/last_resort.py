"""What is told when the database is lost."""

from __future__ import annotations

from functools import partial

from app.wiring.monitoring import is_monitored
from backend.analytics.monitoring.alerts.announcements import AlertLinks
from backend.analytics.monitoring.alerts.notifier import Notifier
from backend.analytics.monitoring.alerts.on_call import OnCall
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.channels.last_resort import LastResort, LastResortServices
from backend.analytics.monitoring.channels.sending import Sender
from backend.analytics.monitoring.channels.service import ChannelService
from backend.analytics.monitoring.rules.service import Rules
from backend.database import get_db_session
from backend.jobs.store import database_clock
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    def last_resort() -> LastResort:
        session, is_on = get_db_session(), partial(is_monitored, registry)
        services = LastResortServices(
            session,
            registry.build(Rules),
            registry.build(AlertService),
            registry.build(ChannelService),
            registry.build(Sender),
            registry.build(Notifier),  # type: ignore[type-abstract]
            registry.build(OnCall),
        )
        return LastResort(services, AlertLinks(settings.public_url), is_on, database_clock(session))

    registry.add_service(LastResort, last_resort)
