"""New address indexes after SECRET_KEY changed: until then no account can be looked up by its address."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from backend.accounts.people.emails import PLACE_OF_EMAIL
from backend.accounts.people.models import Account
from backend.accounts.people.personal_data import account_ids
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.vault.cipher import Unreadable
from backend.vault.key_checks import KeyChecks
from backend.vault.service import Vault

logger = logging.getLogger(__name__)
BATCH_SIZE = 500


class Reindexing:
    """`index_of` makes the index of an address with the current key."""

    def __init__(
        self, session: Session, vault: Vault, keys: KeyChecks, audit: AuditLog, index_of: Callable[[str], str]
    ) -> None:
        self._session = session
        self._audit = audit
        self._vault = vault
        self._keys = keys
        self._index_of = index_of

    def run(self, by: str) -> int:
        """Reindex in batches, a transaction each; how many indexes changed. May be repeated. Raises MasterKeyLost."""
        self._vault.demand_master_key()
        changed, last = 0, 0
        while batch := account_ids(self._session, last, BATCH_SIZE):
            changed += sum(self._reindex(account_id) for account_id in batch)
            self._session.commit()
            last = batch[-1]
        self._keys.renew("SECRET_KEY")
        self._audit.record(by, Action.ADDRESSES_REINDEXED, "accounts:all", count=changed)
        self._session.commit()
        return changed

    def _reindex(self, account_id: int) -> bool:
        account = self._session.get(Account, account_id, with_for_update=True)
        if account is None or account.email_index.startswith("closed:"):
            return False
        try:
            index = self._index_of(self._vault.open(account_id, PLACE_OF_EMAIL, account.email))
        except Unreadable as error:
            logger.warning("the address of account %d stays as it is: %s", account_id, error)
            return False
        changed = account.email_index != index
        account.email_index = index
        return changed
