from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session, aliased

from backend.accounts.people.models import Account
from backend.accounts.tokens.models import RefreshToken


@dataclass(frozen=True, slots=True)
class Holder:
    """The account of a token, read from the database for this request."""

    account_id: int
    state: str
    role: str
    epoch: int
    factor_since: datetime | None


class TokenStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, token: RefreshToken) -> None:
        self._session.add(token)

    def holder(self, public_id: UUID, family: UUID) -> Holder | None:
        """The account, or None when there is none or the family has ended."""
        columns = select(Account.id, Account.state, Account.role, Account.epoch, Account.totp_confirmed_at)
        row = self._session.execute(columns.where(Account.public_id == public_id, ~_has_ended(family))).one_or_none()
        return Holder(*row) if row else None

    def take(self, jti: str, now: datetime) -> RefreshToken | None:
        """Mark a valid token as used and return it; of two requests at once only one gets it."""
        good = RefreshToken.used_at.is_(None) & RefreshToken.revoked_at.is_(None) & (RefreshToken.expires_at > now)
        use = update(RefreshToken).where(RefreshToken.jti == jti, good).values(used_at=now)
        return self._session.scalar(use.returning(RefreshToken))

    def was_used(self, jti: str) -> bool:
        used = select(RefreshToken.id).where(RefreshToken.jti == jti, RefreshToken.used_at.is_not(None))
        return self._session.scalar(used) is not None

    def end(self, family: UUID, now: datetime) -> int:
        """Revoke the family's tokens; how many. One revoked token ends the family, also for tokens added meanwhile."""
        open_ = select(RefreshToken).where(RefreshToken.family == family, RefreshToken.revoked_at.is_(None))
        tokens = self._session.scalars(open_.with_for_update()).all()
        for token in tokens:
            token.revoked_at = now
        return len(tokens)


def _has_ended(family: UUID) -> ColumnElement[bool]:
    of_family = aliased(RefreshToken)
    return exists().where(of_family.family == family, of_family.revoked_at.is_not(None))
