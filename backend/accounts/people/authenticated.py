from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from backend.accounts.people.models import Account
from backend.accounts.permissions import Role


@dataclass(frozen=True, slots=True)
class Authenticated:
    """An account whose password was just verified. `epoch` was read with its hash, so that a change ends both."""

    account_id: int
    public_id: UUID
    role: Role
    epoch: int
    has_factor: bool

    @classmethod
    def of(cls, account: Account) -> Self:
        has_factor = account.totp_confirmed_at is not None
        return cls(account.id, account.public_id, Role(account.role), account.epoch, has_factor)
