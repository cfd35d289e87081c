"""The vault seals personal data under a key for each person, and secrets of the installation under one of its own."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from backend.clock import Clock
from backend.vault.cipher import Unreadable, new_key, open_sealed, seal
from backend.vault.models import DataKey, InstallationKey
from backend.vault.store import DataKeyStore

BATCH_SIZE = 500
INSTALLATION = "installation"
LOST = (
    "Personal data is encrypted under a master key that is neither MASTER_KEY nor among MASTER_KEYS_BEFORE. Put the old"
    " file INSTANCE_DIR/master_key back, or set MASTER_KEY to its old value, and restart. Until then no personal data"
    " can be read or stored."
)


class MasterKeyLost(Unreadable):
    """The database holds data keys that no master key of the settings unwraps."""


@dataclass(frozen=True, slots=True, repr=False)
class MasterKey:
    """The key that wraps data keys. It comes from a setting and is in no database."""

    bytes: bytes

    @classmethod
    def of(cls, text: str) -> MasterKey:
        return cls(sha256(b"mingus master key\0" + text.encode()).digest())

    @property
    def name(self) -> str:
        return sha256(b"name\0" + self.bytes).hexdigest()[:16]


class MasterKeys(tuple[MasterKey, ...]):
    """The current master key first, then those that may still wrap older data keys."""

    __slots__ = ()


class Vault:
    """Data keys are made in the caller's transaction, and deleted with the account's row."""

    def __init__(self, store: DataKeyStore, session: Session, masters: MasterKeys, now: Clock) -> None:
        self._store = store
        self._session = session
        self._masters = {master.name: master for master in masters}
        self._current = masters[0]
        self._now = now

    def make_key(self, account_id: int) -> None:
        """Make a person's data key, before any of their data is sealed. Raises MasterKeyLost.

        While a master key is lost, no data key is made under a new one: restoring the old one would lose it.
        """
        self.demand_master_key()
        wrapped = seal(self._current.bytes, new_key(), _place_of_key(account_id))
        key = DataKey(account_id=account_id, wrapped=wrapped, master_key=self._current.name, created_at=self._now())
        self._store.add(key)

    def seal(self, account_id: int, place: str, text: str) -> bytes:
        """Seal `text` of a person for one place, such as `accounts.email`. Raises Unreadable without their key."""
        return seal(self._key(account_id), text.encode(), f"{place}|{account_id}")

    def open(self, account_id: int, place: str, sealed: bytes) -> str:
        """The text that was sealed. Raises Unreadable when the data key is gone, or it was sealed for another place."""
        return open_sealed(self._key(account_id), sealed, f"{place}|{account_id}").decode()

    def open_many(self, place: str, sealed: Mapping[int, bytes]) -> dict[int, str]:
        """The texts of many accounts, by account; without those that can no longer be read."""
        keys = {key.account_id: key for key in self._store.of_accounts(sealed)}
        texts = {}
        for account_id, text in sealed.items():
            with suppress(KeyError, Unreadable):
                opened = open_sealed(self._unwrap(keys[account_id]), text, f"{place}|{account_id}")
                texts[account_id] = opened.decode()
        return texts

    def seal_secret(self, place: str, text: str) -> bytes:
        """Seal a secret of the installation, which is no person's. Raises MasterKeyLost.

        Its key is made with the first secret, in the caller's transaction.
        """
        key = self._store.installation_key(INSTALLATION) or self._make_installation_key()
        return seal(self._unwrap_installation(key), text.encode(), place)

    def open_secret(self, place: str, sealed: bytes) -> str:
        """The secret that was sealed for this place. Raises Unreadable."""
        key = self._store.installation_key(INSTALLATION)
        if key is None:
            raise Unreadable("the installation has no key")
        return open_sealed(self._unwrap_installation(key), sealed, place).decode()

    def demand_master_key(self) -> None:
        """Raise MasterKeyLost when a key is wrapped by a master key that no setting names."""
        if not self._masters.keys() >= set(self._store.master_keys()):
            raise MasterKeyLost(LOST)

    def rotate(self) -> int:
        """Wrap every key with the current master key, a batch in each transaction; how many."""
        rotated = self._rotate_installation()
        while keys := self._store.wrapped_otherwise(self._current.name, BATCH_SIZE):
            for key in keys:
                plain = self._unwrap(key)
                key.wrapped = seal(self._current.bytes, plain, _place_of_key(key.account_id))
                key.master_key = self._current.name
            rotated += len(keys)
            self._session.commit()
        return rotated

    def _rotate_installation(self) -> int:
        keys = self._store.installation_keys_wrapped_otherwise(self._current.name)
        for key in keys:
            plain = self._unwrap_installation(key)
            key.wrapped = seal(self._current.bytes, plain, _place_of_installation_key(key.name))
            key.master_key = self._current.name
        if keys:
            self._session.commit()
        return len(keys)

    def _make_installation_key(self) -> InstallationKey:
        self.demand_master_key()
        wrapped = seal(self._current.bytes, new_key(), _place_of_installation_key(INSTALLATION))
        key = InstallationKey(name=INSTALLATION, wrapped=wrapped, master_key=self._current.name, created_at=self._now())
        return self._store.add_installation_key(key)

    def _unwrap_installation(self, key: InstallationKey) -> bytes:
        return self._opened(key.master_key, key.wrapped, _place_of_installation_key(key.name))

    def _key(self, account_id: int) -> bytes:
        key = self._store.find(account_id)
        if key is None:
            raise Unreadable(f"account {account_id} has no key")
        return self._unwrap(key)

    def _unwrap(self, key: DataKey) -> bytes:
        return self._opened(key.master_key, key.wrapped, _place_of_key(key.account_id))

    def _opened(self, master_key: str, wrapped: bytes, place: str) -> bytes:
        master = self._masters.get(master_key)
        if master is None:
            raise MasterKeyLost(LOST)
        return open_sealed(master.bytes, wrapped, place)


def _place_of_installation_key(name: str) -> str:
    return f"installation_keys.wrapped|{name}"


def _place_of_key(account_id: int) -> str:
    return f"data_keys.wrapped|{account_id}"
