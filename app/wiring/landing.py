"""Where events land."""

from __future__ import annotations

from sqlalchemy import make_url

from backend.analytics.events.landing.group import GroupCommit, LandingWriter
from backend.analytics.events.landing.postgresql import PostgresqlWriter
from backend.analytics.events.landing.sqlite import SqliteWriter
from backend.extensions import db
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    registry.add_shared(GroupCommit, lambda: GroupCommit(writer(settings), settings.EVENTS_QUEUE_LIMIT))


def writer(settings: Settings) -> LandingWriter:
    """Opens its connection with the first event."""
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        return SqliteWriter(lambda: db.engine)
    return PostgresqlWriter(lambda: db.engine)
