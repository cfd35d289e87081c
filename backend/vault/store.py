from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.vault.models import DataKey, InstallationKey


class DataKeyStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: DataKey) -> None:
        self._session.add(key)
        self._session.flush()

    def find(self, account_id: int) -> DataKey | None:
        return self._session.get(DataKey, account_id)

    def of_accounts(self, account_ids: Collection[int]) -> Sequence[DataKey]:
        """The data keys of these accounts, those that there are."""
        return self._session.scalars(select(DataKey).where(DataKey.account_id.in_(account_ids))).all()

    def wrapped_otherwise(self, master_key: str, most: int) -> Sequence[DataKey]:
        """A batch of the data keys that another master key wraps, locked."""
        others = select(DataKey).where(DataKey.master_key != master_key).order_by(DataKey.account_id).limit(most)
        return self._session.scalars(others.with_for_update()).all()

    def installation_key(self, name: str) -> InstallationKey | None:
        return self._session.get(InstallationKey, name)

    def add_installation_key(self, key: InstallationKey) -> InstallationKey:
        """The key of this name: this one, unless another process was first."""
        name = key.name
        try:
            with self._session.begin_nested():
                self._session.add(key)
        except IntegrityError:
            return self._session.get_one(InstallationKey, name)
        return key

    def installation_keys_wrapped_otherwise(self, master_key: str) -> Sequence[InstallationKey]:
        others = select(InstallationKey).where(InstallationKey.master_key != master_key)
        return self._session.scalars(others.with_for_update()).all()

    def master_keys(self) -> Iterator[str]:
        """The name of each master key that wraps a key; as cheap with a million data keys as with one."""
        yield from self._session.scalars(select(InstallationKey.master_key))
        name = ""
        while next_name := self._session.scalar(select(func.min(DataKey.master_key)).where(DataKey.master_key > name)):
            yield (name := next_name)
