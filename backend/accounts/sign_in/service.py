"""Sign people in, and know them by their sign-in at each request after."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from backend.accounts.caller import Caller, Proof
from backend.accounts.people.addresses import EmailIndex
from backend.accounts.people.models import Account, AccountState
from backend.accounts.people.passwords import Passwords
from backend.accounts.people.store import AccountStore
from backend.accounts.permissions import Role
from backend.accounts.sign_in.models import SignIn
from backend.accounts.sign_in.standing import Known, Standing
from backend.accounts.sign_in.store import SignInStore
from backend.accounts.sign_in.totp import SecondFactor
from backend.clock import Clock
from backend.database import reading
from backend.errors import NotFound, Unauthenticated

SEEN_EVERY = timedelta(minutes=1)
MOST_WRONG_CODES = 5
TOKEN_BYTES = 32


class Refused(Unauthenticated):
    """Wrong address, wrong password, no such account, one that may not sign in: all in the same words."""

    code = "sign_in_refused"
    title = "You are not signed in"


class CodeRefused(Unauthenticated):
    code = "code_refused"
    title = "You are not signed in"


class HalfSignedIn(Unauthenticated):
    """The password was right, and the second factor is still to come."""

    code = "second_factor_needed"
    title = "Second factor needed"


@dataclass(frozen=True, slots=True)
class Authenticated:
    """An account whose password was right. `epoch` was read with the password's hash: what ends one ends both."""

    account_id: int
    public_id: UUID
    role: Role
    epoch: int
    has_factor: bool


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in has begun. It opens nothing yet if it needs a code, or if an operator must first set up a factor."""

    token: str
    needs_code: bool
    needs_factor: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of someone who is signed in. `is_news`: the last one noted was a while ago."""

    caller: Caller
    is_news: bool


@dataclass(frozen=True, slots=True)
class SignInSummary:
    """One of the browsers someone is signed in with."""

    id: int
    device: str
    created_at: datetime
    seen_at: datetime
    current: bool


class SignIns:
    def __init__(
        self,
        store: SignInStore,
        accounts: AccountStore,
        factor: SecondFactor,
        index: EmailIndex,
        passwords: Passwords,
        session: Session,
        now: Clock,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._factor = factor
        self._index = index
        self._passwords = passwords
        self._session = session
        self._now = now

    def authenticate(self, email: str, password: str) -> Authenticated:
        """The active account whose address and password these are. Raises Refused, after as long for one nobody has."""
        with reading():  # no lock is held while a password is hashed
            account = self._accounts.by_index(self._index.of(email))
            hashed = account.password_hash if account else None
            found = _authenticated(account) if account and account.state == AccountState.ACTIVE else None
        right = self._passwords.verify(hashed, password)
        if found is None or hashed is None or not right:
            raise Refused("The e-mail address or the password is wrong, or the address is not confirmed yet.")
        if self._passwords.is_outdated(hashed):
            self._accounts.rehash(found.account_id, hashed, self._passwords.hash(password))
            self._session.commit()
        return found

    def begin(self, email: str, password: str, device: str) -> Started:
        return self.open(self.authenticate(email, password), device)

    def open(self, who: Authenticated, device: str) -> Started:
        """Begin a sign-in for someone whose password was just shown to be right."""
        token, now = secrets.token_urlsafe(TOKEN_BYTES), self._now()
        row = SignIn(
            digest=_digest(token),
            account_id=who.account_id,
            epoch=who.epoch,
            device=device[:60],
            created_at=now,
            seen_at=now,
            confirmed_at=now,
            wrong_codes=0,
        )
        self._store.add(row)
        self._session.commit()
        return Started(token, who.has_factor, who.role.needs_second_factor and not who.has_factor)

    def prove(self, token: str, code: str) -> str:
        """Take the second factor; from here on the sign-in goes by the token that is returned. Raises CodeRefused."""
        row, known = self._for_change(token)
        if known.standing(self._now()) is not Standing.NEEDS_CODE:
            raise Unauthenticated("Sign in again.")
        if not self._factor.accepts(row.account_id, code):
            row.wrong_codes += 1
            row.ended_at = self._now() if row.wrong_codes >= MOST_WRONG_CODES else None
            ended = row.ended_at is not None
            self._session.commit()
            raise Unauthenticated("Sign in again.") if ended else CodeRefused("The code is wrong, or was used before.")
        row.proven_at = self._now()
        return self._renew(row)

    def keep(self, token: str) -> str:
        """Let this browser stay signed in after something that ended every sign-in of its account, under a new token.

        For the request that did it, on behalf of whoever was signed in when it began.
        """
        row, known = self._for_change(token)
        row.epoch = known.account_epoch
        if known.factor_since is not None:
            row.proven_at = row.proven_at or self._now()
        return self._renew(row)

    def caller(self, token: str) -> Caller:
        """Who is signed in with this browser. Raises HalfSignedIn, or Unauthenticated when it is over."""
        return self.visit(token).caller

    def visit(self, token: str) -> Visit:
        """As `caller`, and whether it is time to note that this browser was `seen`. One query."""
        known, now = self._known(token), self._now()
        if known.standing(now) is not Standing.OPEN:
            raise HalfSignedIn("Finish signing in first.")
        role = Role(known.role)
        caller = Caller(
            name=f"account:{known.public_id}",
            proof=Proof.COOKIE,
            scopes=role.scopes,
            account_id=known.account_id,
            role=role,
            confirmed_at=known.confirmed_at,
        )
        return Visit(caller, now - known.seen_at >= SEEN_EVERY)

    def known(self, token: str) -> Known:
        """A sign-in that is not over, half-finished ones too. Raises Unauthenticated."""
        return self._known(token)

    def confirm(self, token: str, password: str) -> None:
        """Take the password again, for what is dangerous. Raises Refused."""
        with reading():
            known = self._known(token)
            hashed = self._accounts.get(known.account_id).password_hash
        if not self._passwords.verify(hashed, password):
            raise Refused("The password is wrong.")
        row, _ = self._for_change(token)
        row.confirmed_at = self._now()
        self._session.commit()

    def seen(self, token: str) -> None:
        """Note that this browser was here, to the minute."""
        now = self._now()
        self._store.see(_digest(token), now - SEEN_EVERY, now)
        self._session.commit()

    def end(self, token: str) -> None:
        """In the database too: a copy of the cookie opens nothing any more."""
        self._store.end(_digest(token), self._now())
        self._session.commit()

    def end_others(self, account_id: int, but: str) -> None:
        """Sign this account's other browsers out."""
        self._store.end_others(account_id, _digest(but), self._now())
        self._session.commit()

    def end_one(self, account_id: int, number: int) -> None:
        """Sign out one of this account's browsers, by its number in `list`. Raises NotFound for anybody else's."""
        if not self._store.end_one(account_id, number, self._now()):
            raise NotFound("You are not signed in there.")
        self._session.commit()

    def list(self, account_id: int, current: str = "") -> Sequence[SignInSummary]:
        """Where an account is signed in, the newest first; `current` is the token of the one that asks."""
        now, digest = self._now(), _digest(current)
        rows = [row for row in self._store.of_account(account_id) if self._is_open(row.digest, now)]
        return [SignInSummary(r.id, r.device, r.created_at, r.seen_at, r.digest == digest) for r in rows]

    def _is_open(self, digest: str, now: datetime) -> bool:
        known = self._store.known(digest)
        return known is not None and known.standing(now) is Standing.OPEN

    def _known(self, token: str) -> Known:
        known = self._store.known(_digest(token))
        if known is None or known.standing(self._now()) is Standing.OVER:
            raise Unauthenticated("This sign-in is over. Sign in again.")
        return known

    def _for_change(self, token: str) -> tuple[SignIn, Known]:
        row = self._store.for_change(_digest(token))
        known = self._store.known(_digest(token))
        if row is None or known is None:
            raise Unauthenticated("This sign-in is over. Sign in again.")
        return row, known

    def _renew(self, row: SignIn) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row.digest, row.wrong_codes = _digest(token), 0
        self._session.commit()
        return token


def _authenticated(account: Account) -> Authenticated:
    has_factor = account.totp_confirmed_at is not None
    return Authenticated(account.id, account.public_id, Role(account.role), account.epoch, has_factor)


def _digest(token: str) -> str:
    """The token has 256 bits of entropy, so that a plain hash is enough."""
    return sha256(token.encode(errors="surrogatepass")).hexdigest()
