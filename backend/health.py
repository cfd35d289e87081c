"""Look whether the parts Mingus stands on can do their work."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from flask_caching import Cache
from psycopg.errors import UndefinedTable
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from backend.jobs.overview import BackgroundWork
from backend.plugins import Health


class HealthService:
    def __init__(
        self,
        session: Session,
        cache: Cache,
        revision: str,
        work: BackgroundWork,
        plugins: Callable[[], Mapping[str, Health]],
    ) -> None:
        self._session = session
        self._cache = cache
        self._revision = revision
        self._work = work
        self._plugins = plugins

    def database(self) -> Health:
        """Answers, and stands at this version's migration."""
        try:
            found = self._session.scalar(text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError as error:
            self._session.rollback()
            empty = isinstance(error, DBAPIError) and lacks_a_table(error)
            return Health(ok=False, reason="it has no tables yet" if empty else f"no answer ({type(error).__name__})")
        if found != self._revision:
            return Health(ok=False, reason=f"stands at migration {found}, this version needs {self._revision}")
        return Health(ok=True)

    def landing_table(self) -> Health:
        """Events can be read where they land."""
        try:
            self._session.execute(text("SELECT 1 FROM analytics_events LIMIT 1"))
        except SQLAlchemyError as error:
            self._session.rollback()
            return Health(ok=False, reason=f"no answer ({type(error).__name__})")
        return Health(ok=True)

    def cache(self) -> Health:
        """Gives back what it was given."""
        probe = secrets.token_hex(8)
        try:
            self._cache.set("health", probe, timeout=5)
            returned = self._cache.get("health")
        except (OSError, RedisError) as error:
            return Health(ok=False, reason=f"no answer ({type(error).__name__})")
        return Health(ok=returned == probe, reason="" if returned == probe else "lost what it was given")

    def background_work(self) -> Health:
        """Somebody leads, and nothing keeps failing."""
        return self._work.health()

    def plugins(self) -> Mapping[str, Health]:
        return self._plugins()


def lacks_a_table(error: DBAPIError) -> bool:
    return isinstance(error.orig, UndefinedTable) or "no such table" in str(error.orig)
