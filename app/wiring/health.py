from __future__ import annotations

import logging

from flask import Flask

from backend.database import get_db_session
from backend.deadlines import DeadlineThreads
from backend.extensions import cache
from backend.health import HealthService
from backend.jobs.overview import BackgroundWork
from backend.lookout import Lookout
from backend.plugins import Registry, get
from backend.vault.key_checks import KeyChecks
from backend.vault.service import Vault
from config.migrations import newest_migration

logger = logging.getLogger(__name__)


def fit_out(app: Flask, registry: Registry) -> None:
    def checks() -> HealthService:
        work, vault, keys = registry.build(BackgroundWork), registry.build(Vault), registry.build(KeyChecks)
        return HealthService(get_db_session(), cache, newest_migration(), work, vault, keys, registry.health_checks())

    threads = DeadlineThreads()
    registry.add_service(DeadlineThreads, lambda: threads)
    registry.add_service(HealthService, checks)
    proxies = app.config["TRUSTED_PROXIES"] if app.config["PRODUCTION"] else None
    registry.add_service(Lookout, lambda: Lookout(app.app_context, checks, threads, proxies))


def log_dangers(app: Flask) -> None:
    """Log, at the start of each process, what nobody would notice until somebody's data is lost or exposed."""
    with app.app_context():
        checks = get(HealthService)
        if app.config["PRODUCTION"] and not (proxies := checks.proxies(app.config["TRUSTED_PROXIES"])).ok:
            logger.warning(proxies.reason)
        if not checks.database().ok:
            return
        checks.keep_key_checks()
        if not (master_key := checks.master_key()).ok:
            logger.critical(master_key.reason)
        if not (secrets := checks.secrets()).ok:
            logger.critical(secrets.reason)
        if app.config["PRODUCTION"] and not (row_security := checks.row_security()).ok:
            logger.warning(row_security.reason)
