from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory

from backend.database import get_db_session
from backend.extensions import cache
from backend.health import HealthService
from backend.jobs.overview import BackgroundWork
from backend.plugins import Registry
from config.settings import PROJECT, Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    revision = newest_migration()

    def checks() -> HealthService:
        return HealthService(get_db_session(), cache, revision, registry.build(BackgroundWork), registry.health)

    registry.add_service(HealthService, checks)


def newest_migration() -> str:
    """The migration this version of the code expects the database to stand at."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head() or ""
