"""What a sign-in is good for at a given moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from backend.accounts.people.models import AccountState
from backend.accounts.permissions import Role

OPERATORS_SIGN_IN, MEMBERS_SIGN_IN = timedelta(hours=12), timedelta(days=30)
MEMBERS_IDLE = timedelta(days=14)
HALF_SIGN_IN = timedelta(minutes=30)


class Standing(Enum):
    """Only what is open opens anything; the rest leads to the page that asks for what is missing."""

    OPEN = "open"
    NEEDS_CODE = "needs code"
    NEEDS_FACTOR = "needs factor"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Known:
    """A sign-in and its account, as they stand in the database at this request."""

    sign_in_id: int
    epoch: int
    created_at: datetime
    seen_at: datetime
    confirmed_at: datetime
    proven_at: datetime | None
    account_id: int
    public_id: UUID
    role: str
    state: str
    account_epoch: int
    factor_since: datetime | None

    def standing(self, now: datetime) -> Standing:
        if self.state != AccountState.ACTIVE or self.epoch != self.account_epoch or self._too_old(now):
            return Standing.OVER
        if self.factor_since is None and Role(self.role).needs_second_factor:
            return Standing.NEEDS_FACTOR
        if self.factor_since is not None and self.proven_at is None:
            return Standing.NEEDS_CODE
        return Standing.OPEN

    def _too_old(self, now: datetime) -> bool:
        age = now - self.created_at
        if self.proven_at is None and (self.factor_since or Role(self.role).needs_second_factor):
            return age >= HALF_SIGN_IN
        if Role(self.role).needs_second_factor:
            return age >= OPERATORS_SIGN_IN
        return age >= MEMBERS_SIGN_IN or now - self.seen_at >= MEMBERS_IDLE
