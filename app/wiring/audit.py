from __future__ import annotations

from backend.audit.anchor import AnchorFile
from backend.audit.personal_data import audit_data
from backend.audit.service import AuditLog
from backend.audit.store import AuditStore
from backend.clock import utc_now
from backend.database import get_db_session
from backend.personal_data import DataClasses
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    key = settings.AUDIT_KEY.get_secret_value().encode()

    anchors = AnchorFile(settings.audit_anchor_file)

    def log() -> AuditLog:
        session = get_db_session()
        return AuditLog(AuditStore(session), session, key, anchors, utc_now)

    registry.add_service(AuditLog, log)
    registry.build(DataClasses).add(audit_data(get_db_session))
