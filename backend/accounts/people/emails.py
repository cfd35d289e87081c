from __future__ import annotations

from collections.abc import Mapping

from backend.accounts.people.addresses import EmailIndex
from backend.accounts.people.models import Account
from backend.errors import Unavailable
from backend.vault.cipher import Unreadable
from backend.vault.service import Vault

PLACE_OF_EMAIL = "accounts.email"
PLACE_OF_NEW = "account_links.new_email"


class Emails:
    """Addresses of accounts: sealed under each person's data key, looked up by a keyed hash."""

    def __init__(self, vault: Vault, index: EmailIndex) -> None:
        self._vault = vault
        self._index = index

    def index(self, email: str) -> str:
        return self._index.of(email)

    def begin(self, account: Account, email: str) -> None:
        """Give a new account its data key and its address."""
        self._vault.make_key(account.id)
        self.put(account, email)

    def put(self, account: Account, email: str) -> None:
        account.email = self._vault.seal(account.id, PLACE_OF_EMAIL, email)
        account.email_index = self._index.of(email)

    def of(self, account: Account) -> str | None:
        """The address; None when it can no longer be read. The account can still be managed, used and deleted."""
        try:
            return self._vault.open(account.id, PLACE_OF_EMAIL, account.email)
        except Unreadable:
            return None

    def of_many(self, sealed: Mapping[int, bytes]) -> dict[int, str]:
        """The addresses of many accounts from their sealed form, by account; without those that cannot be read."""
        return self._vault.open_many(PLACE_OF_EMAIL, sealed)

    def seal_new(self, account_id: int, email: str) -> bytes:
        """Seal an address that waits to be confirmed. Raises Unavailable when the account's data key is lost."""
        try:
            return self._vault.seal(account_id, PLACE_OF_NEW, email)
        except Unreadable:
            raise Unavailable(
                "The key your data is encrypted with cannot be read. Contact whoever runs this site."
            ) from None

    def open_new(self, account_id: int, sealed: bytes) -> str:
        return self._vault.open(account_id, PLACE_OF_NEW, sealed)
