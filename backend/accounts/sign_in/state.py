"""The state of a sign-in at a given time."""

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


class SignInState(Enum):
    """Only an open sign-in gives access; each other state leads to the page that asks for what is missing."""

    OPEN = "open"
    NEEDS_CODE = "needs code"
    NEEDS_FACTOR = "needs factor"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class SignInWithAccount:
    """A sign-in and its account, read from the database for this request."""

    sign_in_id: int
    epoch: int
    created_at: datetime
    seen_at: datetime
    confirmed_at: datetime
    proven_at: datetime | None
    first_look: str | None
    account_id: int
    public_id: UUID
    role: str
    account_state: str
    account_epoch: int
    factor_since: datetime | None

    def state(self, now: datetime, first_look: str | None = None) -> SignInState:
        """`first_look` is the digest of the link that this server printed, if it did.

        A sign-in by that link needs no second factor; one by the link of an earlier start is over.
        """
        if self.account_state != AccountState.ACTIVE or self.epoch != self.account_epoch or self._too_old(now):
            return SignInState.OVER
        if self.first_look is not None:
            return SignInState.OPEN if self.first_look == first_look else SignInState.OVER
        if self.factor_since is None and Role(self.role).needs_second_factor:
            return SignInState.NEEDS_FACTOR
        if self.factor_since is not None and self.proven_at is None:
            return SignInState.NEEDS_CODE
        return SignInState.OPEN

    def _too_old(self, now: datetime) -> bool:
        age = now - self.created_at
        has_all = self.proven_at is not None or self.first_look is not None
        if not has_all and (self.factor_since or Role(self.role).needs_second_factor):
            return age >= HALF_SIGN_IN
        if Role(self.role).needs_second_factor:
            return age >= OPERATORS_SIGN_IN
        return age >= MEMBERS_SIGN_IN or now - self.seen_at >= MEMBERS_IDLE
