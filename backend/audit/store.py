from __future__ import annotations

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from backend.audit.chain import Entry
from backend.audit.models import AuditEntry, AuditHead

HEAD = 1


class AuditStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def take_turn(self) -> tuple[int, str]:
        """The number of the next entry and the digest of the last; until the transaction ends nobody else has a turn.

        An UPDATE locks its row on PostgreSQL and the file on SQLite, and waits for whoever holds it.
        """
        head = update(AuditHead).where(AuditHead.id == HEAD).values(number=AuditHead.number + 1)
        turn = head.returning(AuditHead.number, AuditHead.digest).execution_options(synchronize_session=False)
        number, before = self._session.execute(turn).one()
        return number, before

    def append(self, entry: Entry, digest: str) -> None:
        values = {name: getattr(entry, name) for name in ("number", "at", "actor", "action", "object")}
        self._session.execute(insert(AuditEntry).values(**values, details=dict(entry.details), digest=digest))
        head = update(AuditHead).where(AuditHead.id == HEAD).values(digest=digest)
        self._session.execute(head.execution_options(synchronize_session=False))
