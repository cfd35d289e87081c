"""The caller of a request, once proven."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backend.accounts.permissions import Role, Scope

FRESH = timedelta(minutes=10)


class Proof(StrEnum):
    """The means by which a caller was proven."""

    COOKIE = "cookie"
    TOKEN = "token"  # noqa: S105
    KEY = "key"


@dataclass(frozen=True, slots=True)
class AccountHolder:
    """A person with an account, by the id of the account's row and by its public id."""

    account_id: int
    public_id: str


@dataclass(frozen=True, slots=True)
class Caller:
    """An account, by its cookie or its JWT, or an API key, with its scopes.

    `name` is a public id: fit for logs, audit and counting. `account_id` is None for a key that no account owns.
    `confirmed_at` is when the password was last typed in this browser: dangerous changes need it fresh.
    """

    name: str
    proof: Proof
    scopes: frozenset[Scope]
    account_id: int | None = None
    role: Role | None = None
    hourly_limit: int | None = None
    confirmed_at: datetime | None = None

    @property
    def holder(self) -> AccountHolder | None:
        """The person whose account calls; None for a key, also for one that an account owns."""
        public_id = self.public_id
        return None if self.account_id is None or public_id is None else AccountHolder(self.account_id, public_id)

    @property
    def public_id(self) -> str | None:
        """The public id of the calling account; None for a key."""
        kind, _, public_id = self.name.partition(":")
        return public_id if kind == "account" else None

    def is_fresh(self, now: datetime) -> bool:
        return self.confirmed_at is not None and now - self.confirmed_at < FRESH
