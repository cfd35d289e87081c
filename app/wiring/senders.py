"""The identification of senders, and the quarantine of events with an impossible time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.events.intake import EventIntake
from backend.analytics.events.quarantine.service import Quarantine
from backend.analytics.events.senders.bots import BotList
from backend.analytics.events.senders.places import FilePlaces, HeaderPlaces, Places, UnknownPlaces
from backend.analytics.events.senders.service import SenderIdentifier
from backend.analytics.events.senders.visitors import VisitorSalts
from backend.analytics.events.service import EventTracker
from backend.clock import utc_now
from backend.extensions import db
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    def senders() -> SenderIdentifier:
        return SenderIdentifier(BotList(), places(settings), registry.build(VisitorSalts), utc_now)

    def quarantine() -> Quarantine:
        telemetry = registry.build(AiCalculatorAnalytics).telemetry
        retention = timedelta(days=settings.LANDING_RETENTION_DAYS)
        return Quarantine(session, lambda: registry.build(EventTracker), telemetry, utc_now, retention)

    def intake() -> EventIntake:
        return EventIntake(
            registry.build(SenderIdentifier), registry.build(Quarantine), registry.build(EventTracker), utc_now
        )

    registry.add_shared(VisitorSalts, lambda: VisitorSalts(session))
    registry.add_shared(SenderIdentifier, senders)
    registry.add_shared(Quarantine, quarantine)
    registry.add_service(EventIntake, intake)


def session() -> Session:
    """A session apart from the request's."""
    return Session(db.engine)


def places(settings: Settings) -> Places:
    """Countries and regions from the GeoIP file, else from headers, but only where a trusted proxy sets them."""
    trusted = settings.TRUSTED_PROXIES and settings.GEO_COUNTRY_HEADER
    headers = HeaderPlaces(settings.GEO_COUNTRY_HEADER, settings.GEO_REGION_HEADER) if trusted else UnknownPlaces()
    return FilePlaces(settings.GEOIP_FILE, headers) if settings.GEOIP_FILE else headers
