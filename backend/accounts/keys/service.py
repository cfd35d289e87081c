"""Make, check and revoke API keys."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.accounts.caller import Caller, Proof
from backend.accounts.keys.key import ApiKey
from backend.accounts.keys.models import StoredKey
from backend.accounts.keys.store import KeyStore
from backend.accounts.permissions import Scope
from backend.clock import Clock
from backend.errors import NotFound, Unauthenticated


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

    def revoke(self, key_id: str) -> None:
        stored = self._store.get(key_id)
        stored.revoked_at = stored.revoked_at or self._now()
        self._session.commit()

    def list(self) -> Sequence[KeySummary]:
        return [KeySummary(k.key_id, k.name, k.scopes, k.created_at, k.revoked_at) for k in self._store.all()]


def _caller(stored: StoredKey) -> Caller:
    return Caller(f"key:{stored.key_id}", Proof.KEY, frozenset(Scope(scope) for scope in stored.scopes.split()))
