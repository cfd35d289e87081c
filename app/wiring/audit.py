from __future__ import annotations

from backend.audit.service import AuditLog
from backend.audit.store import AuditStore
from backend.clock import utc_now
from backend.database import get_db_session
from backend.personal_data import DataClasses
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    key = settings.AUDIT_KEY.get_secret_value().encode()

    def log() -> AuditLog:
        session = get_db_session()
        return AuditLog(AuditStore(session), session, key, utc_now)

    registry.add_service(AuditLog, log)
    classes = registry.build(DataClasses)
    classes.holds_nobodys("audit_entries", "actors and objects are public ids, which say nothing without the account")
    classes.holds_nobodys("audit_head", "the number and digest of the last entry of the audit log")
