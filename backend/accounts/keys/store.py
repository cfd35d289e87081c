from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.keys.models import StoredKey
from backend.errors import NotFound


class KeyStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: StoredKey) -> None:
        self._session.add(key)

    def all(self) -> Sequence[StoredKey]:
        return self._session.scalars(select(StoredKey).order_by(StoredKey.id)).all()

    def get(self, key_id: str) -> StoredKey:
        found = self._session.scalar(select(StoredKey).where(StoredKey.key_id == key_id))
        if found is None:
            raise NotFound(f"There is no API key {key_id!r}.")
        return found
