from __future__ import annotations

from sqlalchemy.orm import Session

from backend.accounts.people.addresses import EmailIndex
from backend.accounts.people.authenticated import Authenticated
from backend.accounts.people.models import AccountState
from backend.accounts.people.notices import Notices, name_of
from backend.accounts.people.passwords import Passwords
from backend.accounts.people.store import AccountStore
from backend.audit.actions import Action
from backend.database import reading
from backend.row_security import act_for


class PasswordCheck:
    """Whether a password is right. No lock is held while it is hashed; a wrong one is audited and committed."""

    def __init__(
        self, accounts: AccountStore, index: EmailIndex, passwords: Passwords, notices: Notices, session: Session
    ) -> None:
        self._accounts = accounts
        self._index = index
        self._passwords = passwords
        self._notices = notices
        self._session = session

    def account(self, email: str, password: str) -> Authenticated | None:
        """The active account with this address and password; None takes as long where no account has the address."""
        with reading():
            account = self._accounts.by_index(self._index.of(email))
            hashed, name = (account.password_hash, name_of(account)) if account else (None, "nobody")
            active = Authenticated.of(account) if account and account.state == AccountState.ACTIVE else None
        right = self._passwords.verify(hashed, password)
        if active is None or hashed is None or not right:
            self._notices.refused(Action.SIGN_IN_REFUSED, name)
            self._session.commit()
            return None
        act_for(self._session, active.account_id)
        if self._passwords.is_outdated(hashed):
            self._accounts.rehash(active.account_id, hashed, self._passwords.hash(password))
            self._session.commit()
        return active

    def is_right(self, account_id: int, password: str) -> bool:
        with reading():
            account = self._accounts.get(account_id)
            hashed, name = account.password_hash, name_of(account)
        if self._passwords.verify(hashed, password):
            return True
        self._notices.refused(Action.PASSWORD_REFUSED, name, by=name)
        self._session.commit()
        return False
