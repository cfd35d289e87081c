"""The health of the parts that Mingus needs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from flask_caching import Cache
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from backend.app_role import UNHELD, escapes_policies
from backend.extensions import redis_error
from backend.jobs.overview import BackgroundWork
from backend.plugins import Health
from backend.row_security import serving
from backend.vault.key_checks import KeyChecks
from backend.vault.service import MasterKeyLost, Vault

NO_PROXY = (
    "TRUSTED_PROXIES is 0, so every client behind a proxy has the proxy's address: all of them share one allowance, and"
    " nobody's place is known. Set it to the number of proxies in front, which set X-Forwarded-For."
)


class HealthService:
    def __init__(
        self,
        session: Session,
        cache: Cache,
        revision: str,
        work: BackgroundWork,
        vault: Vault,
        keys: KeyChecks,
        plugins: Mapping[str, Callable[[], Health]],
    ) -> None:
        self._session = session
        self._cache = cache
        self._revision = revision
        self._work = work
        self._vault = vault
        self._keys = keys
        self.plugins = plugins

    def database(self) -> Health:
        """OK when the database answers and stands at this version's migration."""
        try:
            revision = self._session.scalar(text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError as error:
            self._session.rollback()
            empty = isinstance(error, DBAPIError) and lacks_a_table(error)
            return Health(ok=False, reason="it has no tables yet" if empty else f"no answer ({type(error).__name__})")
        if revision != self._revision:
            return Health(ok=False, reason=f"stands at migration {revision}, this version needs {self._revision}")
        return Health(ok=True)

    def master_key(self) -> Health:
        """OK when every data key can be unwrapped by a master key of the settings."""
        try:
            with serving(self._session, "whether everybody's data can be opened"):
                self._vault.demand_master_key()
        except MasterKeyLost as error:
            return Health(ok=False, reason=str(error))
        except SQLAlchemyError as error:
            self._session.rollback()
            return Health(ok=False, reason=f"no answer ({type(error).__name__})")
        return Health(ok=True)

    def secrets(self) -> Health:
        """OK when SECRET_KEY and AUDIT_KEY are those that this database was used with."""
        try:
            changed = self._keys.changed()
        except SQLAlchemyError as error:
            self._session.rollback()
            return Health(ok=False, reason=f"no answer ({type(error).__name__})", vital=False)
        return Health(ok=not changed, reason=" ".join(changed), vital=False)

    def proxies(self, trusted: int) -> Health:
        """OK when a proxy is trusted, which production needs: its cookies travel over HTTPS alone."""
        return Health(ok=True, vital=False) if trusted else Health(ok=False, reason=NO_PROXY, vital=False)

    def keep_key_checks(self) -> None:
        """Keep what later starts are compared with, unless the database takes no writes just now."""
        try:
            self._keys.keep()
        except SQLAlchemyError:
            self._session.rollback()

    def row_security(self) -> Health:
        """OK when row-level security binds the app's role; always OK on SQLite."""
        try:
            escapes = self._session.get_bind().dialect.name == "postgresql" and escapes_policies(self._session)
        except SQLAlchemyError as error:
            self._session.rollback()
            return Health(ok=False, reason=f"no answer ({type(error).__name__})", vital=False)
        return Health(ok=False, reason=UNHELD, vital=False) if escapes else Health(ok=True, vital=False)

    def landing_table(self) -> Health:
        """OK when the landing table can be read."""
        try:
            self._session.execute(text("SELECT 1 FROM analytics_events LIMIT 1"))
        except SQLAlchemyError as error:
            self._session.rollback()
            return Health(ok=False, reason=f"no answer ({type(error).__name__})")
        return Health(ok=True)

    def cache(self) -> Health:
        """OK when the cache returns what was just put into it."""
        probe = secrets.token_hex(8)
        try:
            self._cache.set("health", probe, timeout=5)
            returned = self._cache.get("health")
        except (OSError, redis_error()) as error:
            return Health(ok=False, reason=f"no answer ({type(error).__name__})")
        return Health(ok=returned == probe, reason="" if returned == probe else "lost what it was given")

    def background_work(self) -> Health:
        """OK when a process leads and nothing keeps failing."""
        return self._work.health()


def lacks_a_table(error: DBAPIError) -> bool:
    from psycopg.errors import UndefinedTable

    return isinstance(error.orig, UndefinedTable) or "no such table" in str(error.orig)
