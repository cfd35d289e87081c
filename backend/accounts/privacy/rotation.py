from __future__ import annotations

from sqlalchemy.orm import Session

from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.vault.service import Vault


class Rotation:
    """Wraps every data key with the new master key after MASTER_KEY changed."""

    def __init__(self, vault: Vault, session: Session, audit: AuditLog) -> None:
        self._vault = vault
        self._session = session
        self._audit = audit

    def run(self, by: str) -> int:
        """Rotate the data keys that have another master key; how many. May be repeated. Raises MasterKeyLost."""
        rotated = self._vault.rotate()
        self._audit.record(by, Action.DATA_KEYS_ROTATED, "accounts:all", count=rotated)
        self._session.commit()
        return rotated
