from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.analytics.shares.models import StoredShare
from backend.errors import NotFound
from backend.personal_data import delete_where


class ShareStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, share: StoredShare) -> None:
        self._session.add(share)
        self._session.flush()

    def of(self, account_id: int) -> Sequence[StoredShare]:
        """The links of an account, the newest first."""
        own = select(StoredShare).where(StoredShare.account_id == account_id)
        return self._session.scalars(own.order_by(StoredShare.id.desc())).all()

    def count(self, account_id: int) -> int:
        own = select(func.count()).select_from(StoredShare).where(StoredShare.account_id == account_id)
        return self._session.scalar(own) or 0

    def by_digest(self, digest: str) -> StoredShare | None:
        return self._session.scalar(select(StoredShare).where(StoredShare.digest == digest))

    def delete(self, account_id: int, public_id: UUID) -> None:
        """Raises NotFound, also for what is somebody else's."""
        own = (StoredShare.account_id == account_id) & (StoredShare.public_id == public_id)
        if not delete_where(self._session, StoredShare, own):
            raise NotFound("You have no shared link with that ID.")
