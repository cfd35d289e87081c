from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from backend.accounts.people.models import Account
from backend.accounts.sign_in.models import RecoveryCode


class FactorStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def take_step(self, account_id: int, step: int) -> bool:
        """Store that the code of this time step was used; False when it, or a later one, was used before."""
        unused = or_(Account.totp_last_step.is_(None), Account.totp_last_step < step)
        step_update = update(Account).where(Account.id == account_id, unused).values(totp_last_step=step)
        return self._session.scalar(step_update.returning(Account.id)) is not None

    def add_all(self, account_id: int, digests: Iterable[str]) -> None:
        self._session.add_all(RecoveryCode(account_id=account_id, digest=digest) for digest in digests)
        self._session.flush()

    def use(self, account_id: int, digest: str, now: datetime) -> bool:
        """Mark a recovery code as used; False when there is no such unused code."""
        code = update(RecoveryCode).where(RecoveryCode.account_id == account_id, RecoveryCode.digest == digest)
        spent = code.where(RecoveryCode.used_at.is_(None)).values(used_at=now)
        return self._session.scalar(spent.returning(RecoveryCode.id)) is not None

    def unused(self, account_id: int) -> int:
        unused = select(func.count()).select_from(RecoveryCode)
        of_account = unused.where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
        return self._session.scalar(of_account) or 0

    def remove_all(self, account_id: int) -> None:
        self._session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
