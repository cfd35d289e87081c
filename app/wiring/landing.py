"""The landing table and its writer."""

from __future__ import annotations

from sqlalchemy import make_url

from backend.analytics.events.landing.group import GroupCommit, LandingWriter
from backend.analytics.events.landing.sqlite import SqliteWriter
from backend.analytics.events.landing.table import LandingTable
from backend.analytics.events.landing.upkeep import EventIds, LandingPartitions
from backend.clock import utc_now
from backend.database import get_db_session
from backend.extensions import db
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    def partitions() -> LandingPartitions:
        session = get_db_session()
        return LandingPartitions(LandingTable(session), session, utc_now)

    def event_ids() -> EventIds:
        session = get_db_session()
        return EventIds(LandingTable(session), session, utc_now)

    registry.add_shared(GroupCommit, lambda: GroupCommit(writer(settings), settings.EVENTS_QUEUE_LIMIT))
    registry.add_service(LandingTable, lambda: LandingTable(get_db_session()))
    registry.add_service(LandingPartitions, partitions)
    registry.add_service(EventIds, event_ids)


def writer(settings: Settings) -> LandingWriter:
    """The writer for the settings' database, which connects with the first event."""
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        return SqliteWriter(lambda: db.engine)
    from backend.analytics.events.landing.postgresql import PostgresqlWriter

    return PostgresqlWriter(lambda: db.engine)
