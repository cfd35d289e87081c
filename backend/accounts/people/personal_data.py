from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.people.emails import PLACE_OF_EMAIL
from backend.accounts.people.models import Account, AccountLink, AccountState
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, ExportedRow, Subject, delete_some, delete_where, owned_by, plain
from backend.vault.cipher import Unreadable
from backend.vault.service import Vault


class AccountData:
    """An account, its data key, and the links that were mailed to it."""

    def __init__(
        self, session: Callable[[], Session], vault: Callable[[], Vault], unverified_retention: timedelta
    ) -> None:
        self._session = session
        self._vault = vault
        self._unverified_retention = unverified_retention

    def data_class(self) -> DataClass:
        return DataClass(
            "account",
            "To let you sign in, to email you, and to show pages in the time zone you chose. Your address is encrypted"
            " with a key of your own.",
            "Until you delete it. If the address is never confirmed: "
            f"{self._unverified_retention.days} days. Links we emailed: until they expire.",
            erase=self.erase,
            export=self.export,
            prune=self.prune,
            tables=frozenset({"accounts", "account_links", "data_keys"}),
            settings=("UNVERIFIED_ACCOUNTS_RETENTION_DAYS",),
        )

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        account = self._session().get(Account, subject.account_id)
        if account is not None:
            times = ("created_at", "invited_at", "verified_at", "password_changed_at")
            names = ("public_id", "role", "state", *times, "time_zone", "shortcuts")
            more = {"second_factor_since": account.totp_confirmed_at}
            yield plain(
                {"email": self._readable_email(account)} | {name: getattr(account, name) for name in names} | more
            )

    def _readable_email(self, account: Account) -> str | None:
        try:
            return self._vault().open(account.id, PLACE_OF_EMAIL, account.email)
        except Unreadable:
            return None

    def erase(self, subject: Subject) -> None:
        """Delete the account; its data key, sign-ins, tokens, API keys, links and consents go by foreign key."""
        session = self._session()
        with leaving_no_trace(session):
            delete_where(session, Account, owned_by(subject, Account.id))
            session.commit()

    def prune(self, now: datetime) -> int:
        """Delete old accounts that nobody ever confirmed, and expired links."""
        session, never = self._session(), (AccountState.UNVERIFIED, AccountState.INVITED)
        stale = Account.state.in_(never) & (Account.created_at < now - self._unverified_retention)
        pruned = delete_some(session, Account, stale) + delete_some(session, AccountLink, AccountLink.expires_at < now)
        session.commit()
        return pruned


def account_ids(session: Session, after: int, most: int) -> list[int]:
    """A batch of the accounts' ids, in their order."""
    return list(session.scalars(select(Account.id).where(Account.id > after).order_by(Account.id).limit(most)))
