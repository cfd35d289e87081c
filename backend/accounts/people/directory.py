"""Accounts as their owners see their own and as admins see all, which the audit log records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from backend.accounts.people.emails import Emails
from backend.accounts.people.models import Account, AccountState
from backend.accounts.permissions import Role
from backend.accounts.privacy.models import ErasureRequest
from backend.accounts.sign_in.models import RecoveryCode, SignIn
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.errors import NotFound

PAGE_SIZE = 25
SEEN = select(func.max(SignIn.seen_at)).where(SignIn.account_id == Account.id).correlate(Account).scalar_subquery()

ERASED = (
    select(ErasureRequest.due_at)
    .where(ErasureRequest.account_id == Account.id, ErasureRequest.finished_at.is_(None))
    .correlate(Account)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account as its owner sees it. `email` is None when it can no longer be read."""

    email: str | None
    public_id: UUID
    role: Role
    created_at: datetime
    password_changed_at: datetime | None
    factor_since: datetime | None
    codes_left: int


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """An account as admins see it. `email` is None when it can no longer be read.

    `erased_at`: when its erasure begins, if one was requested.
    """

    email: str | None
    public_id: UUID
    role: Role
    state: AccountState
    has_factor: bool
    created_at: datetime
    seen_at: datetime | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the accounts, the newest first."""

    accounts: Sequence[AccountSummary]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


class Directory:
    def __init__(self, session: Session, emails: Emails, audit: AuditLog) -> None:
        self._session = session
        self._emails = emails
        self._audit = audit

    def email_of(self, account_id: int) -> str | None:
        """The address of an account; None when it can no longer be read."""
        return self._emails.of(self._account(account_id))

    def own(self, account_id: int) -> OwnAccount:
        account = self._account(account_id)
        unused = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.used_at.is_(None))
        return OwnAccount(
            self.email_of(account_id),
            account.public_id,
            Role(account.role),
            account.created_at,
            account.password_changed_at,
            account.totp_confirmed_at,
            self._session.scalar(unused.where(RecoveryCode.account_id == account_id)) or 0,
        )

    def list(self, by: str, number: int = 1) -> Listing:
        """One page, for the admin named `by`."""
        self._audit.record_reading(by, Action.ACCOUNTS_READ, "accounts:all", page=number)
        return self._listing(true(), number)

    def find(self, by: str, *, email_index: str | None = None, public_id: UUID | None = None) -> Listing:
        """The account with exactly this address, or this id, for the admin named `by`."""
        self._audit.record_reading(by, Action.ACCOUNTS_READ, "accounts:one")
        wanted = Account.email_index == email_index if email_index else Account.public_id == public_id
        return self._listing(wanted, 1)

    def show(self, by: str, public_id: UUID) -> AccountSummary:
        """One account, for the admin named `by`."""
        self._audit.record_reading(by, Action.ACCOUNT_READ, f"account:{public_id}")
        accounts = self._listing(Account.public_id == public_id, 1).accounts
        if not accounts:
            raise NotFound("There is no such account.")
        return accounts[0]

    def _listing(self, wanted: ColumnElement[bool], number: int) -> Listing:
        total = self._session.scalar(select(func.count()).select_from(Account).where(wanted)) or 0
        rows = (
            select(Account, SEEN, ERASED)
            .where(wanted)
            .order_by(Account.id.desc())
            .limit(PAGE_SIZE)
            .offset((number - 1) * PAGE_SIZE)
        )
        accounts = self._session.execute(rows).all()
        return Listing([self._summary(*row) for row in accounts], total, number)

    def _summary(self, account: Account, seen_at: datetime | None, erased_at: datetime | None) -> AccountSummary:
        return AccountSummary(
            self._emails.of(account),
            account.public_id,
            Role(account.role),
            AccountState(account.state),
            account.totp_confirmed_at is not None,
            account.created_at,
            seen_at,
            erased_at,
        )

    def _account(self, account_id: int) -> Account:
        account = self._session.get(Account, account_id)
        if account is None:
            raise NotFound("There is no such account.")
        return account
