from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.accounts.people.conflict import BeingErased
from backend.accounts.people.models import Account, AccountState
from backend.accounts.permissions import Role
from backend.errors import NotFound
from backend.row_security import serving

BY_ADDRESS = "an address says whose it is"


class AccountStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, account: Account) -> None:
        self._session.add(account)
        self._session.flush()

    def all(self) -> Sequence[Account]:
        return self._session.scalars(select(Account).order_by(Account.id)).all()

    def by_index(self, email_index: str) -> Account | None:
        with serving(self._session, BY_ADDRESS):
            return self._session.scalar(select(Account).where(Account.email_index == email_index))

    def get_by_index(self, email_index: str) -> Account:
        account = self.by_index(email_index)
        if account is None:
            raise NotFound("There is no account with this email address.")
        return account

    def get(self, account_id: int) -> Account:
        account = self._session.get(Account, account_id)
        if account is None:
            raise NotFound("There is no such account.")
        return account

    def for_change(self, account_id: int) -> Account:
        """The row, locked until the transaction ends."""
        row = select(Account).where(Account.id == account_id).with_for_update()
        account = self._session.scalar(row.execution_options(populate_existing=True))
        if account is None:
            raise NotFound("There is no such account.")
        return account

    def by_index_for_change(self, email_index: str) -> Account | None:
        """The row, locked until the transaction ends."""
        row = select(Account).where(Account.email_index == email_index).with_for_update()
        with serving(self._session, BY_ADDRESS):
            return self._session.scalar(row.execution_options(populate_existing=True))

    def by_public_id_for_change(self, public_id: UUID) -> Account:
        """The row, locked until the transaction ends, for an operator. Raises NotFound, BeingErased."""
        row = select(Account).where(Account.public_id == public_id).with_for_update()
        account = self._session.scalar(row.execution_options(populate_existing=True))
        if account is None:
            raise NotFound("There is no such account.")
        if account.state == AccountState.ERASING:
            raise BeingErased
        return account

    def active_admins(self) -> Sequence[int]:
        """The ids of admins who can sign in, locked, so that two cannot take each other's role at once."""
        able = (Account.state == AccountState.ACTIVE, Account.password_hash.is_not(None))
        admins = select(Account.id).where(Account.role == Role.ADMIN, *able).order_by(Account.id)
        with serving(self._session, "somebody has to stay who manages accounts"):
            return self._session.scalars(admins.with_for_update()).all()

    def rehash(self, account_id: int, before: str, after: str) -> None:
        """Store the same password's better hash, unless the password was changed meanwhile."""
        unchanged = update(Account).where(Account.id == account_id, Account.password_hash == before)
        self._session.execute(unchanged.values(password_hash=after))
