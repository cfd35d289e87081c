"""Who asks, once proven."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.accounts.permissions import Role, Scope


class Proof(StrEnum):
    """How a caller showed who they are."""

    COOKIE = "cookie"
    TOKEN = "token"  # noqa: S105
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Caller:
    """An account, by its cookie or its JWT, or an API key, and what it may do.

    `name` is a public id: fit for logs, audit and counting. `account_id` is None for a key that no account owns.
    """

    name: str
    proof: Proof
    scopes: frozenset[Scope]
    account_id: int | None = None
    role: Role | None = None
    hourly_limit: int | None = None
