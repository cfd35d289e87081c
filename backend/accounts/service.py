"""Make, check and revoke API keys, and the sign-ins of browsers that showed one."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.accounts.keys import ApiKey
from backend.accounts.models import SignIn, StoredKey
from backend.accounts.permissions import Scope
from backend.accounts.store import KeyStore
from backend.clock import Clock
from backend.errors import NotFound, Unauthenticated

SIGNED_IN_FOR = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, once proven: an API key and what it may do."""

    key_id: str
    name: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class KeySummary:
    """What may be shown of a key after its creation."""

    key_id: str
    name: str
    scopes: str
    created_at: datetime
    revoked_at: datetime | None


class KeyService:
    def __init__(self, store: KeyStore, session: Session, pepper: bytes, now: Clock) -> None:
        self._store = store
        self._session = session
        self._pepper = pepper
        self._now = now

    def create(self, name: str, scopes: Iterable[Scope]) -> ApiKey:
        """Store a new key's digest and return the key itself, this once."""
        key = ApiKey.new()
        self._store.add(
            StoredKey(
                key_id=key.id,
                name=name,
                digest=key.digest(self._pepper),
                scopes=" ".join(sorted(set(scopes))),
                created_at=self._now(),
            )
        )
        self._session.commit()
        return key

    def authenticate(self, text: str) -> Caller:
        """The caller who holds this key; every way to fail sounds the same."""
        key = ApiKey.parse(text)
        if key is None:
            raise Unauthenticated("The API key is not valid.")
        try:
            stored = self._store.get(key.id)
        except NotFound:
            raise Unauthenticated("The API key is not valid.") from None
        if stored.revoked_at or not hmac.compare_digest(stored.digest, key.digest(self._pepper)):
            raise Unauthenticated("The API key is not valid.")
        return _caller(stored)

    def sign_in(self, text: str) -> tuple[Caller, str]:
        """The caller who holds this key, and the token that stands for them in their browser."""
        who, token = self.authenticate(text), secrets.token_urlsafe(32)
        self._store.forget_sign_ins(before=self._now() - SIGNED_IN_FOR)
        self._store.add_sign_in(SignIn(digest=self._digest(token), key_id=who.key_id, created_at=self._now()))
        self._session.commit()
        return who, token

    def signed_in(self, token: str) -> Caller:
        """The caller whose browser holds this token: not signed out, not too old, and the key still good."""
        try:
            found = self._store.sign_in(self._digest(token))
            key = self._store.get(found.key_id)
        except NotFound:
            raise Unauthenticated("Sign in again.") from None
        if found.ended_at or key.revoked_at or self._now() - found.created_at >= SIGNED_IN_FOR:
            raise Unauthenticated("Sign in again.")
        return _caller(key)

    def sign_out(self, token: str) -> None:
        self._store.end_sign_in(self._digest(token), self._now())
        self._session.commit()

    def revoke(self, key_id: str) -> None:
        stored = self._store.get(key_id)
        stored.revoked_at = stored.revoked_at or self._now()
        self._session.commit()

    def list(self) -> Sequence[KeySummary]:
        return [KeySummary(k.key_id, k.name, k.scopes, k.created_at, k.revoked_at) for k in self._store.all()]

    def _digest(self, token: str) -> str:
        return hmac.digest(self._pepper, f"sign-in.{token}".encode(), "sha256").hex()


def _caller(stored: StoredKey) -> Caller:
    return Caller(stored.key_id, stored.name, frozenset(Scope(scope) for scope in stored.scopes.split()))
