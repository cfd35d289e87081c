"""Consent: a person's answer to the question whether we may recognize them when they come back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.accounts.privacy.models import Consent, ConsentChoice
from backend.accounts.privacy.store import PrivacyStore
from backend.clock import Clock

VERSION = 1  # of the question: consent to an earlier version does not count


class Consents:
    def __init__(self, store: PrivacyStore, session: Session, now: Clock) -> None:
        self._store = store
        self._session = session
        self._now = now

    def choose(self, account_id: int, choice: ConsentChoice) -> None:
        consent = Consent(account_id=account_id, version=VERSION, choice=choice, created_at=self._now())
        self._session.add(consent)
        self._session.commit()

    def has_consented(self, account_id: int) -> bool:
        """Whether the newest answer is yes, to the current version of the question."""
        newest = self._store.newest_consent(account_id)
        return newest is not None and (newest.version, newest.choice) == (VERSION, ConsentChoice.ACCEPTED)
