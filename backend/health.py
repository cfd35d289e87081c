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

from backend.app_role import UNHELD, escapes_policies
from backend.jobs.overview import BackgroundWork
from backend.plugins import Health
from backend.row_security import serving
from backend.vault.service import MasterKeyLost, Vault


class HealthService:
    def __init__(
        self,
        session: Session,
        cache: Cache,
        revision: str,
        work: BackgroundWork,
        vault: Vault,
        plugins: Callable[[], Mapping[str, Health]],
    ) -> None:
        self._session = session
        self._cache = cache
        self._revision = revision
        self._work = work
        self._vault = vault
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

    def master_key(self) -> Health:
        """What people's data is sealed with is at hand."""
        try:
            with serving(self._session, "whether everybody's data can be opened"):
                self._vault.demand_master_key()
        except MasterKeyLost as error:
            return Health(ok=False, reason=str(error))
        except SQLAlchemyError as error:
            self._session.rollback()
            return Health(ok=False, reason=f"no answer ({type(error).__name__})")
        return Health(ok=True)

    def row_security(self) -> Health:
        """On PostgreSQL the app goes by a role that row-level security holds."""
        try:
            escapes = self._session.get_bind().dialect.name == "postgresql" and escapes_policies(self._session)
        except SQLAlchemyError as error:
            self._session.rollback()
            return Health(ok=False, reason=f"no answer ({type(error).__name__})", vital=False)
        return Health(ok=False, reason=UNHELD, vital=False) if escapes else Health(ok=True, vital=False)

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
