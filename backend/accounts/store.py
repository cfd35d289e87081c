from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.accounts.models import SignIn, StoredKey
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

    def add_sign_in(self, sign_in: SignIn) -> None:
        self._session.add(sign_in)

    def forget_sign_ins(self, before: datetime) -> None:
        self._session.execute(delete(SignIn).where(SignIn.created_at < before))

    def sign_in(self, digest: str) -> SignIn:
        found = self._session.scalar(select(SignIn).where(SignIn.digest == digest))
        if found is None:
            raise NotFound("There is no such sign-in.")
        return found

    def end_sign_in(self, digest: str, now: datetime) -> None:
        still_open = SignIn.digest == digest, SignIn.ended_at.is_(None)
        self._session.execute(update(SignIn).where(*still_open).values(ended_at=now))
