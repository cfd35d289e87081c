from __future__ import annotations

from sqlalchemy.orm import Session

from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.vault.service import Vault


class Rotation:
    """After MASTER_KEY changed, everybody's key is wrapped with the new one."""

    def __init__(self, vault: Vault, session: Session, audit: AuditLog) -> None:
        self._vault = vault
        self._session = session
        self._audit = audit

    def run(self, by: str) -> int:
        """May be stopped and repeated; how many were not. Raises MasterKeyLost."""
        rotated = self._vault.rotate()
        self._audit.record(by, Action.DATA_KEYS_ROTATED, "accounts:all", count=rotated)
        self._session.commit()
        return rotated
