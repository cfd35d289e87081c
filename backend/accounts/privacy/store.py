from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.accounts.keys.models import StoredKey
from backend.accounts.people.models import Account, AccountLink, AccountState
from backend.accounts.privacy.models import Consent, ErasureRequest
from backend.accounts.sign_in.models import RecoveryCode, SignIn
from backend.accounts.tokens.models import RefreshToken
from backend.errors import NotFound
from backend.personal_data import Subject

ENDED_WITH_THE_ACCOUNT = (SignIn, RecoveryCode, RefreshToken, StoredKey, AccountLink)


class PrivacyStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def subject(self, account_id: int) -> Subject:
        public_id = self._session.scalar(select(Account.public_id).where(Account.id == account_id))
        if public_id is None:
            raise NotFound("There is no such account.")
        return Subject(account_id, str(public_id))

    def subject_named(self, public_id: UUID) -> Subject | None:
        account_id = self._session.scalar(select(Account.id).where(Account.public_id == public_id))
        return None if account_id is None else Subject(account_id, str(public_id))

    def subjects(self, after: int, most: int) -> Sequence[Subject]:
        """A batch of the persons who have an account, in the order of their ids."""
        accounts = select(Account.id, Account.public_id).where(Account.id > after).order_by(Account.id).limit(most)
        return [Subject(account_id, str(public_id)) for account_id, public_id in self._session.execute(accounts)]

    def close_account(self, account_id: int) -> None:
        """End every access to the account and free its address for a new one."""
        for model in ENDED_WITH_THE_ACCOUNT:
            self._session.execute(delete(model).where(model.account_id == account_id))
        closed = {
            "state": AccountState.ERASING,
            "epoch": Account.epoch + 1,
            "email_index": f"closed:{secrets.token_hex(24)}",
            "password_hash": None,
            "totp_secret": None,
            "totp_confirmed_at": None,
        }
        self._session.execute(update(Account).where(Account.id == account_id).values(closed))

    def begin_request(self, name: str, subject: Subject, now: datetime, due_at: datetime) -> ErasureRequest:
        """The request for this person's erasure, reset to its beginning if there was one before."""
        existing = self._session.scalar(select(ErasureRequest).where(ErasureRequest.subject == name).with_for_update())
        request = existing or ErasureRequest(subject=name, requested_at=now)
        request.account_id, request.public_id = subject.account_id, UUID(subject.public_id)
        request.done, request.due_at, request.finished_at = {"classes": []}, due_at, None
        self._session.add(request)
        self._session.flush()
        return request

    def request(self, request_id: int) -> ErasureRequest | None:
        return self._session.get(ErasureRequest, request_id, populate_existing=True)

    def unfinished(self, due_at: datetime | None = None) -> Sequence[int]:
        """The ids of unfinished requests, or of those that are due by then."""
        requests = select(ErasureRequest.id).where(ErasureRequest.finished_at.is_(None)).order_by(ErasureRequest.id)
        return self._session.scalars(
            requests if due_at is None else requests.where(ErasureRequest.due_at <= due_at)
        ).all()

    def newest_consent(self, account_id: int) -> Consent | None:
        own = select(Consent).where(Consent.account_id == account_id)
        return self._session.scalar(own.order_by(Consent.id.desc()).limit(1))
