from __future__ import annotations

import logging

from flask import Flask

from backend.database import get_db_session
from backend.extensions import cache
from backend.health import HealthService
from backend.jobs.overview import BackgroundWork
from backend.plugins import Registry, get
from backend.vault.service import Vault
from config.migrations import newest_migration
from config.settings import Settings

logger = logging.getLogger(__name__)


def fit_out(registry: Registry, settings: Settings) -> None:
    def checks() -> HealthService:
        work, vault = registry.build(BackgroundWork), registry.build(Vault)
        return HealthService(get_db_session(), cache, newest_migration(), work, vault, registry.health)

    registry.add_service(HealthService, checks)


def log_dangers(app: Flask) -> None:
    """Log, at the start of each process, what nobody would notice until somebody's data is lost or exposed."""
    with app.app_context():
        checks = get(HealthService)
        if not checks.database().ok:
            return
        if not (master_key := checks.master_key()).ok:
            logger.critical(master_key.reason)
        if app.config["PRODUCTION"] and not (row_security := checks.row_security()).ok:
            logger.warning(row_security.reason)
