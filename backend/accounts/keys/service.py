"""API keys: made, checked and revoked."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from backend.accounts.caller import Caller, Proof
from backend.accounts.keys.key import ApiKey
from backend.accounts.keys.models import StoredKey
from backend.accounts.keys.store import NO_KEY, Held, KeyStore
from backend.accounts.people.models import AccountState
from backend.accounts.permissions import KEY_SCOPES, Role, Scope
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.errors import FieldError, InvalidRequest, NotFound, Unauthenticated
from backend.row_security import serving

USED_EVERY = timedelta(minutes=1)
MOST_OF_AN_ACCOUNT = 20
SHELL = "cli"
BY_KEY = "a key says whose it is"


class KeyState(StrEnum):
    """Only an active key gives access. Dormant: its owner may not sign in."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    DORMANT = "dormant"


@dataclass(frozen=True, slots=True)
class KeySummary:
    """A key without its secret; `scopes` are those of the key, whatever its owner's role."""

    key_id: str
    name: str
    scopes: tuple[Scope, ...]
    state: KeyState
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    hourly_limit: int | None
    owner: UUID | None


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A request with a key. `is_news`: `last_used_at` is old enough to be updated."""

    caller: Caller
    key_id: str
    is_news: bool


class KeyService:
    def __init__(self, store: KeyStore, session: Session, audit: AuditLog, pepper: bytes, now: Clock) -> None:
        self._store = store
        self._session = session
        self._audit = audit
        self._pepper = pepper
        self._now = now

    def create(
        self,
        name: str,
        scopes: Iterable[Scope],
        account_id: int | None = None,
        expires_at: datetime | None = None,
        hourly_limit: int | None = None,
        by: str = SHELL,
    ) -> ApiKey:
        """Store a new key's digest and return the key, which is never shown again. Raises InvalidRequest."""
        key_scopes = frozenset(scopes)
        self._refuse_too_much(key_scopes, account_id)
        key = ApiKey.new()
        stored = StoredKey(
            key_id=key.id,
            account_id=account_id,
            name=name,
            digest=key.digest(self._pepper),
            scopes=" ".join(sorted(key_scopes)),
            hourly_limit=hourly_limit,
            created_at=self._now(),
            expires_at=expires_at,
        )
        self._store.add(stored)
        self._audit.record(
            by, Action.KEY_CREATED, f"key:{key.id}", **{_word(scope): True for scope in sorted(key_scopes)}
        )
        self._session.commit()
        return key

    def use(self, text: str) -> KeyUse:
        """The caller with this key; every failure has the same message. One query."""
        key = ApiKey.parse(text)
        with serving(self._session, BY_KEY):
            held = self._store.held(key.id) if key else None
        if key is None or held is None or not hmac.compare_digest(held.key.digest, key.digest(self._pepper)):
            raise Unauthenticated("The API key is not valid.")
        now = self._now()
        if _state(held, now) is not KeyState.ACTIVE:
            raise Unauthenticated("The API key is not valid.")
        used = held.key.last_used_at
        return KeyUse(_caller(held), key.id, used is None or now - used >= USED_EVERY)

    def used(self, key_id: str) -> None:
        """Update when this key was last used, at most once a minute."""
        now = self._now()
        with serving(self._session, BY_KEY):
            self._store.note_use(key_id, now - USED_EVERY, now)
            self._session.commit()

    def revoke(self, key_id: str, account_id: int | None = None, by: str = SHELL) -> None:
        """Revoke a key; with `account_id`, only a key of that account. Raises NotFound."""
        stored = self._store.get(key_id)
        if account_id not in (None, stored.account_id):
            raise NotFound(NO_KEY)
        if stored.revoked_at is None:
            stored.revoked_at = self._now()
            self._audit.record(by, Action.KEY_REVOKED, f"key:{key_id}")
        self._session.commit()

    def list(self, account_id: int | None = None) -> Sequence[KeySummary]:
        """Every key, or every key of an account, the newest last."""
        now = self._now()
        return [_summary(held, now) for held in self._store.all(account_id)]

    def account_of(self, public_id: UUID) -> int:
        """The id of the account with this public id. Raises NotFound, BeingErased."""
        return self._store.account_by_public_id(public_id).id

    def _refuse_too_much(self, key_scopes: frozenset[Scope], account_id: int | None) -> None:
        """Refuse scopes that keys or their owner cannot have, and more keys than an account may have."""
        allowed = KEY_SCOPES
        if account_id is not None:
            owner = self._store.lock_account(account_id)
            allowed &= Role(owner.role).scopes
            if self._store.count_open(account_id, self._now()) >= MOST_OF_AN_ACCOUNT:
                raise InvalidRequest(
                    [FieldError("name", f"You already have {MOST_OF_AN_ACCOUNT} keys. Revoke one first.")]
                )
        if not key_scopes or key_scopes - allowed:
            allowed_names = ", ".join(sorted(allowed)) or "nothing"
            raise InvalidRequest([FieldError("scopes", f"Choose one or more of: {allowed_names}.")])


def _state(held: Held, now: datetime) -> KeyState:
    if held.key.revoked_at is not None:
        return KeyState.REVOKED
    if held.key.expires_at is not None and held.key.expires_at <= now:
        return KeyState.EXPIRED
    if held.key.account_id is not None and held.owner_state != AccountState.ACTIVE:
        return KeyState.DORMANT
    return KeyState.ACTIVE


def _caller(held: Held) -> Caller:
    scopes = frozenset(map(Scope, held.key.scopes.split())) & KEY_SCOPES
    if held.owner_role is not None:
        scopes &= Role(held.owner_role).scopes
    return Caller(
        f"key:{held.key.key_id}",
        Proof.KEY,
        scopes,
        account_id=held.key.account_id,
        hourly_limit=held.key.hourly_limit,
    )


def _summary(held: Held, now: datetime) -> KeySummary:
    key = held.key
    return KeySummary(
        key_id=key.key_id,
        name=key.name,
        scopes=tuple(map(Scope, key.scopes.split())),
        state=_state(held, now),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        hourly_limit=key.hourly_limit,
        owner=held.owner,
    )


def _word(scope: Scope) -> str:
    return scope.replace(":", "_")
