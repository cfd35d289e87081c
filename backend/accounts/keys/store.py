from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session

from backend.accounts.keys.models import StoredKey
from backend.accounts.people.conflict import BeingErased
from backend.accounts.people.models import Account, AccountState
from backend.errors import NotFound

NO_KEY = "There is no API key with that ID."


@dataclass(frozen=True, slots=True)
class Held:
    """A key and, where it has an owner, the current state and role of that account."""

    key: StoredKey
    owner: UUID | None
    owner_state: str | None
    owner_role: str | None


HELD = select(StoredKey, Account.public_id, Account.state, Account.role).outerjoin(
    Account, Account.id == StoredKey.account_id
)
# Made once: every request with a key asks it.
OF_KEY = HELD.where(StoredKey.key_id == bindparam("wanted"))


class KeyStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: StoredKey) -> None:
        self._session.add(key)

    def held(self, key_id: str) -> Held | None:
        row = self._session.execute(OF_KEY, {"wanted": key_id}).one_or_none()
        return Held(*row) if row else None

    def all(self, account_id: int | None = None) -> Sequence[Held]:
        wanted = HELD if account_id is None else HELD.where(StoredKey.account_id == account_id)
        return [Held(*row) for row in self._session.execute(wanted.order_by(StoredKey.id))]

    def get(self, key_id: str) -> StoredKey:
        key = self._session.scalar(select(StoredKey).where(StoredKey.key_id == key_id))
        if key is None:
            raise NotFound(NO_KEY)
        return key

    def note_use(self, key_id: str, before: datetime, now: datetime) -> None:
        unnoted = (StoredKey.last_used_at.is_(None)) | (StoredKey.last_used_at <= before)
        self._session.execute(update(StoredKey).where(StoredKey.key_id == key_id, unnoted).values(last_used_at=now))

    def count_open(self, account_id: int, now: datetime) -> int:
        is_open = StoredKey.revoked_at.is_(None) & (StoredKey.expires_at.is_(None) | (StoredKey.expires_at > now))
        counted = select(func.count()).select_from(StoredKey).where(StoredKey.account_id == account_id, is_open)
        return self._session.scalar(counted) or 0

    def lock_account(self, account_id: int) -> Account:
        """The account, locked, so that nobody else makes a key of it until the transaction ends."""
        return self._account(Account.id == account_id)

    def account_by_public_id(self, public_id: UUID) -> Account:
        """The account, locked, for an operator. Raises NotFound, BeingErased."""
        account = self._account(Account.public_id == public_id)
        if account.state == AccountState.ERASING:
            raise BeingErased
        return account

    def _account(self, which: ColumnElement[bool]) -> Account:
        account = self._session.scalar(select(Account).where(which).with_for_update())
        if account is None:
            raise NotFound("There is no such account.")
        return account
