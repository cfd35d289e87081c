from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from backend.accounts.people.models import Account
from backend.accounts.sign_in.models import SignIn
from backend.accounts.sign_in.state import SignInWithAccount

WITH_ACCOUNT = select(
    SignIn.id.label("sign_in_id"),
    SignIn.epoch,
    SignIn.created_at,
    SignIn.seen_at,
    SignIn.confirmed_at,
    SignIn.proven_at,
    SignIn.first_look,
    Account.id.label("account_id"),
    Account.public_id,
    Account.role,
    Account.state.label("account_state"),
    Account.epoch.label("account_epoch"),
    Account.totp_confirmed_at.label("factor_since"),
).join(Account, Account.id == SignIn.account_id)


class SignInStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, sign_in: SignIn) -> None:
        self._session.add(sign_in)

    def with_account(self, digest: str) -> SignInWithAccount | None:
        """The sign-in and its account in one query; None if there is none or it was ended."""
        of_digest = WITH_ACCOUNT.where(SignIn.digest == digest, SignIn.ended_at.is_(None))
        row = self._session.execute(of_digest).mappings().one_or_none()
        return None if row is None else SignInWithAccount(**row)

    def is_first_look(self, digest: str) -> bool:
        """Whether the link with this digest began a sign-in, also one that was ended."""
        return self._session.scalar(select(SignIn.id).where(SignIn.first_look == digest)) is not None

    def for_change(self, digest: str) -> SignIn | None:
        """The row, locked until the transaction ends, so that two changes at once take turns."""
        rows = select(SignIn).where(SignIn.digest == digest, SignIn.ended_at.is_(None)).with_for_update()
        return self._session.scalar(rows.execution_options(populate_existing=True))

    def of_account(self, account_id: int) -> Sequence[SignIn]:
        """The account's sign-ins that were not ended, the newest first."""
        rows = select(SignIn).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None))
        return self._session.scalars(rows.order_by(SignIn.id.desc())).all()

    def is_new_device(self, account_id: int, device: str) -> bool:
        """Whether the account was used before, but never with this kind of device."""
        opened = or_(SignIn.proven_at.is_not(None), Account.totp_confirmed_at.is_(None))
        earlier = select(SignIn.device).join(Account, Account.id == SignIn.account_id)
        devices = self._session.scalars(earlier.where(SignIn.account_id == account_id, opened)).all()
        return len(devices) > 1 and devices.count(device) == 1

    def end(self, digest: str, now: datetime) -> None:
        self._session.execute(
            update(SignIn).where(SignIn.digest == digest, SignIn.ended_at.is_(None)).values(ended_at=now)
        )

    def end_one(self, account_id: int, number: int, now: datetime) -> bool:
        """Whether there was a sign-in to end."""
        open_ = update(SignIn).where(SignIn.id == number, SignIn.account_id == account_id, SignIn.ended_at.is_(None))
        return self._session.execute(open_.values(ended_at=now).returning(SignIn.id)).one_or_none() is not None

    def end_others(self, account_id: int, digest: str, now: datetime) -> None:
        others = update(SignIn).where(SignIn.account_id == account_id, SignIn.digest != digest)
        self._session.execute(others.where(SignIn.ended_at.is_(None)).values(ended_at=now))

    def see(self, digest: str, before: datetime, now: datetime) -> None:
        due = update(SignIn).where(SignIn.digest == digest, SignIn.seen_at < before)
        self._session.execute(due.values(seen_at=now))
