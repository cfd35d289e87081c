"""Accounts as their owners see their own and as admins see all, which the audit log records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from backend.accounts.people.emails import Emails
from backend.accounts.people.models import Account, AccountState
from backend.accounts.permissions import Role, Scope
from backend.accounts.privacy.models import ErasureRequest
from backend.accounts.sign_in.models import RecoveryCode, SignIn
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.errors import NotFound

PREFIX = "account:"
ACCOUNT_NAME = re.compile(rf"{PREFIX}[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}")
PAGE_SIZE, BATCH_SIZE = 25, 500
MOST_READ, MOST_FOUND = 10_000, 500  # addresses are sealed one by one: a search opens so many, and shows so many
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
    """A page of the accounts, the newest first. `left_out`: how many older ones a search did not read."""

    accounts: Sequence[AccountSummary]
    total: int
    number: int
    left_out: int = 0

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """Which accounts to list; what is not given narrows nothing. `part`: of the address, in any case."""

    part: str = ""
    email_index: str | None = None
    public_id: UUID | None = None
    role: Role | None = None
    state: AccountState | None = None

    @property
    def whole(self) -> bool:
        """Whether it names one account."""
        return self.email_index is not None or self.public_id is not None


class Directory:
    def __init__(self, session: Session, emails: Emails, audit: AuditLog) -> None:
        self._session = session
        self._emails = emails
        self._audit = audit

    def email_of(self, account_id: int) -> str | None:
        """The address of an account; None when it can no longer be read."""
        return self._emails.of(self._account(account_id))

    def holds(self, account_id: int, scope: Scope) -> bool:
        """Whether an account is active and its role has a scope."""
        account = self._session.get(Account, account_id)
        return account is not None and account.state == AccountState.ACTIVE and scope in Role(account.role).scopes

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

    def search(self, by: str, wanted: AccountSearch, number: int = 1) -> Listing:
        """A page of the accounts that match, for the admin named `by`."""
        narrowed = {"by_role": str(wanted.role)} if wanted.role else {}
        narrowed |= {"by_state": str(wanted.state)} if wanted.state else {}
        whom = "one" if wanted.whole else "some" if wanted.part or narrowed else "all"
        self._audit.record_reading(by, Action.ACCOUNTS_READ, f"accounts:{whom}", page=number, **narrowed)
        if not wanted.part:
            return self._listing(_all_of(wanted), number)
        ids, left_out = self._with_part(wanted)
        return replace(self._listing(Account.id.in_(ids), number), left_out=left_out)

    def named(self, names: Iterable[str]) -> dict[str, str]:
        """The addresses that can be read of accounts named as in the audit log, `account:…`, by these names."""
        public_ids = {UUID(name.removeprefix(PREFIX)) for name in names if ACCOUNT_NAME.fullmatch(name)}
        rows = self._session.execute(
            select(Account.id, Account.public_id, Account.email).where(Account.public_id.in_(public_ids))
        ).all()
        emails = self._emails.of_many({row.id: row.email for row in rows})
        return {f"{PREFIX}{row.public_id}": emails[row.id] for row in rows if row.id in emails}

    def name_of(self, email: str) -> str | None:
        """The name in the audit log, `account:…`, of the account with an address."""
        whose = select(Account.public_id).where(Account.email_index == self._emails.index(email))
        public_id = self._session.scalar(whose)
        return f"{PREFIX}{public_id}" if public_id else None

    def show(self, by: str, public_id: UUID) -> AccountSummary:
        """One account, for the admin named `by`."""
        self._audit.record_reading(by, Action.ACCOUNT_READ, f"account:{public_id}")
        accounts = self._listing(Account.public_id == public_id, 1).accounts
        if not accounts:
            raise NotFound("There is no such account.")
        return accounts[0]

    def _with_part(self, wanted: AccountSearch) -> tuple[list[int], int]:
        """The ids of accounts whose address holds a text, among the newest; how many older ones were not read."""
        matching = select(Account.id, Account.email).where(_all_of(wanted)).order_by(Account.id.desc())
        part, ids = wanted.part.casefold(), []
        for rows in self._session.execute(matching.limit(MOST_READ)).partitions(BATCH_SIZE):
            emails = self._emails.of_many({row.id: row.email for row in rows})
            ids += [account_id for account_id, email in emails.items() if part in email.casefold()]
        total = self._session.scalar(select(func.count()).select_from(Account).where(_all_of(wanted))) or 0
        return ids[:MOST_FOUND], max(0, total - MOST_READ)

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


def _all_of(wanted: AccountSearch) -> ColumnElement[bool]:
    conditions = {
        Account.email_index: wanted.email_index,
        Account.public_id: wanted.public_id,
        Account.role: wanted.role,
        Account.state: wanted.state,
    }
    return and_(true(), *(column == value for column, value in conditions.items() if value is not None))
