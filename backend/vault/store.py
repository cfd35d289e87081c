from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.vault.models import DataKey


class DataKeyStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: DataKey) -> None:
        self._session.add(key)
        self._session.flush()

    def find(self, account_id: int) -> DataKey | None:
        return self._session.get(DataKey, account_id)

    def wrapped_otherwise(self, master_key: str, most: int) -> Sequence[DataKey]:
        """Some of the keys that another master key wraps."""
        others = select(DataKey).where(DataKey.master_key != master_key).order_by(DataKey.account_id).limit(most)
        return self._session.scalars(others.with_for_update()).all()

    def remove(self, account_id: int) -> None:
        self._session.execute(delete(DataKey).where(DataKey.account_id == account_id))
