from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory

from backend.database import get_db_session
from backend.extensions import cache
from backend.health import HealthService
from backend.plugins import Registry
from config.settings import PROJECT, Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    revision = newest_migration()
    registry.add_service(HealthService, lambda: HealthService(get_db_session(), cache, revision, registry.health))


def newest_migration() -> str:
    """The migration this version of the code expects the database to stand at."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head() or ""
