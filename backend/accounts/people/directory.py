"""Who has an account: to its owner their own, to admins everyone's."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.accounts.people.models import Account
from backend.errors import NotFound
from backend.vault.service import Vault


class Directory:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def email_of(self, account_id: int) -> str:
        account = self._session.get(Account, account_id)
        if account is None:
            raise NotFound("There is no such account.")
        return self._vault.open(account.id, "accounts.email", account.email)
