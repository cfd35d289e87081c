"""Who asks, once proven."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backend.accounts.permissions import Role, Scope

FRESH = timedelta(minutes=10)


class Proof(StrEnum):
    """How a caller showed who they are."""

    COOKIE = "cookie"
    TOKEN = "token"  # noqa: S105
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Caller:
    """An account, by its cookie or its JWT, or an API key, and what it may do.

    `name` is a public id: fit for logs, audit and counting. `account_id` is None for a key that no account owns.
    `confirmed_at` is when the password was last typed in this browser: what is dangerous wants it fresh.
    """

    name: str
    proof: Proof
    scopes: frozenset[Scope]
    account_id: int | None = None
    role: Role | None = None
    hourly_limit: int | None = None
    confirmed_at: datetime | None = None

    @property
    def public_id(self) -> str | None:
        """The id of the account whose person asks; None for a key."""
        kind, _, public_id = self.name.partition(":")
        return public_id if kind == "account" else None

    def is_fresh(self, now: datetime) -> bool:
        return self.confirmed_at is not None and now - self.confirmed_at < FRESH
