"""Sign-ins: begun with a password and a second factor, then looked up by their token at each request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.accounts.caller import Caller, Proof
from backend.accounts.people.authenticated import Authenticated
from backend.accounts.permissions import Role
from backend.accounts.sign_in.announcements import Announcements
from backend.accounts.sign_in.models import SignIn
from backend.accounts.sign_in.password_check import PasswordCheck
from backend.accounts.sign_in.state import SignInState, SignInWithAccount
from backend.accounts.sign_in.store import SignInStore
from backend.accounts.sign_in.totp import SecondFactor
from backend.clock import Clock
from backend.database import reading
from backend.errors import NotFound, Unauthenticated
from backend.row_security import act_for, serving
from backend.vault.tokens import digest_of, new_token

SEEN_EVERY = timedelta(minutes=1)
MOST_WRONG_CODES = 5
BY_TOKEN = "a token says whose it is"  # noqa: S105


class SignInRefused(Unauthenticated):
    """The address or password is wrong, or the account is missing or may not sign in: the message never says which."""

    code = "sign_in_refused"
    title = "You are not signed in"


class CodeRefused(Unauthenticated):
    code = "code_refused"
    title = "You are not signed in"


class HalfSignedIn(Unauthenticated):
    """The password was right, and the second factor is still missing."""

    code = "second_factor_needed"
    title = "Second factor needed"


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a person who is signed in. `is_news`: `seen_at` is old enough to be updated."""

    caller: Caller
    is_news: bool


@dataclass(frozen=True, slots=True)
class SignInSummary:
    """A browser that an account is signed in with."""

    id: int
    device: str
    created_at: datetime
    seen_at: datetime
    current: bool


class SignIns:
    def __init__(
        self,
        store: SignInStore,
        password_check: PasswordCheck,
        factor: SecondFactor,
        announcements: Announcements,
        session: Session,
        now: Clock,
        first_look: str | None = None,
    ) -> None:
        """`first_look` is the digest of the link that this server printed, if it did."""
        self._store = store
        self._password_check = password_check
        self._factor = factor
        self._announcements = announcements
        self._session = session
        self._now = now
        self._first_look = first_look

    def authenticate(self, email: str, password: str) -> Authenticated:
        """The active account with this address and password. Raises SignInRefused."""
        who = self._password_check.account(email, password)
        if who is None:
            raise SignInRefused("The email address or password is wrong, or the address is not confirmed yet.")
        return who

    def begin(self, email: str, password: str, device: str) -> str:
        return self.open(self.authenticate(email, password), device)

    def open(self, who: Authenticated, device: str, *, first_look: bool = False) -> str:
        """Begin a sign-in for an account whose password was just verified; its token.

        The token gives no access yet if a code is missing, or if an operator must first set up a second factor. Of a
        `first_look` neither is asked. Raises IntegrityError when its link was used.
        """
        token, now = new_token(), self._now()
        row = SignIn(
            digest=digest_of(token),
            account_id=who.account_id,
            epoch=who.epoch,
            device=device[:60],
            created_at=now,
            seen_at=now,
            confirmed_at=now,
            first_look=self._first_look if first_look else None,
            wrong_codes=0,
        )
        self._store.add(row)
        if first_look:
            self._announcements.looked(row)
        elif not who.has_factor:
            self._announcements.opened(row)
        self._session.commit()
        return token

    def is_first_look_used(self) -> bool:
        """Whether the link that this server printed began a sign-in."""
        return self._first_look is not None and self._store.is_first_look(self._first_look)

    def prove(self, token: str, code: str) -> str:
        """Check the second factor; the sign-in's new token, which replaces this one. Raises CodeRefused."""
        row, sign_in = self._for_change(token)
        if self._state(sign_in) is not SignInState.NEEDS_CODE:
            raise Unauthenticated("Sign in again.")
        if not self._factor.accepts(row.account_id, code):
            raise self._refused(row)
        row.proven_at = self._now()
        self._announcements.opened(row)
        return self._renew(row)

    def keep(self, token: str) -> str:
        """Keep this browser signed in, under a new token, after its request ended every sign-in of the account."""
        row, sign_in = self._for_change(token)
        row.epoch = sign_in.account_epoch
        if sign_in.factor_since is not None:
            row.proven_at = row.proven_at or self._now()
        return self._renew(row)

    def caller(self, token: str) -> Caller:
        """The caller who is signed in with this browser. Raises HalfSignedIn, or Unauthenticated when it is over."""
        return self.visit(token).caller

    def visit(self, token: str) -> Visit:
        """As `caller`, and whether `seen` is due for this browser. One query."""
        sign_in, now = self._current(token), self._now()
        if self._state(sign_in) is not SignInState.OPEN:
            raise HalfSignedIn("Finish signing in first.")
        role = Role(sign_in.role)
        caller = Caller(
            name=f"account:{sign_in.public_id}",
            proof=Proof.COOKIE,
            scopes=role.scopes,
            account_id=sign_in.account_id,
            role=role,
            confirmed_at=now if sign_in.first_look else sign_in.confirmed_at,  # there is no password to be typed
        )
        return Visit(caller, now - sign_in.seen_at >= SEEN_EVERY)

    def state(self, token: str) -> SignInState:
        """The state of this browser's sign-in, also when there is none."""
        sign_in = self._find(token)
        return self._state(sign_in) if sign_in else SignInState.OVER

    def role(self, token: str) -> Role:
        """Raises Unauthenticated."""
        return Role(self._current(token).role)

    def enrolling(self, token: str) -> int:
        """The id of the account whose second factor this browser may set up: signed in, at least with the password.

        Raises Unauthenticated, and HalfSignedIn where the account has a second factor and its code is missing.
        """
        sign_in = self._current(token)
        if self._state(sign_in) is SignInState.NEEDS_CODE:
            raise HalfSignedIn("Enter the code from your authenticator app first.")
        return sign_in.account_id

    def confirm(self, token: str, password: str) -> None:
        """Check the password again, before a dangerous change. Raises SignInRefused."""
        with reading():
            account_id = self._current(token).account_id
        if not self._password_check.is_right(account_id, password):
            raise SignInRefused("The password is wrong.")
        row, _ = self._for_change(token)
        row.confirmed_at = self._now()
        self._session.commit()

    def seen(self, token: str) -> None:
        """Update when this browser was last seen, at most once a minute."""
        now = self._now()
        with serving(self._session, BY_TOKEN):
            self._store.see(digest_of(token), now - SEEN_EVERY, now)
            self._session.commit()

    def end(self, token: str) -> None:
        """End the sign-in in the database, so that a copy of the cookie gives no access any more."""
        with serving(self._session, BY_TOKEN):
            self._store.end(digest_of(token), self._now())
            self._session.commit()

    def end_others(self, account_id: int, but: str) -> None:
        """Sign this account's other browsers out."""
        self._store.end_others(account_id, digest_of(but), self._now())
        self._session.commit()

    def end_one(self, account_id: int, number: int) -> None:
        """Sign out one of this account's browsers, by its id in `list`. Raises NotFound for another account's."""
        if not self._store.end_one(account_id, number, self._now()):
            raise NotFound("You are not signed in there.")
        self._session.commit()

    def list(self, account_id: int, current: str = "") -> Sequence[SignInSummary]:
        """The browsers an account is signed in with, the newest first; `current` is the token of the one that asks."""
        digest = digest_of(current)
        rows = [row for row in self._store.of_account(account_id) if self._is_open(row.digest)]
        return [SignInSummary(r.id, r.device, r.created_at, r.seen_at, r.digest == digest) for r in rows]

    def _refused(self, row: SignIn) -> Unauthenticated:
        """Count a wrong code; the last one ends the sign-in, so that a guesser needs the password again."""
        row.wrong_codes += 1
        is_last = row.wrong_codes >= MOST_WRONG_CODES
        row.ended_at = self._now() if is_last else None
        self._announcements.wrong_code(row, is_last=is_last)
        self._session.commit()
        if not is_last:
            return CodeRefused("The code is wrong or has been used.")
        return Unauthenticated("Sign in again.")

    def _is_open(self, digest: str) -> bool:
        sign_in = self._store.with_account(digest)
        return sign_in is not None and self._state(sign_in) is SignInState.OPEN

    def _state(self, sign_in: SignInWithAccount) -> SignInState:
        return sign_in.state(self._now(), self._first_look)

    def _find(self, token: str) -> SignInWithAccount | None:
        with serving(self._session, BY_TOKEN):
            return self._store.with_account(digest_of(token))

    def _current(self, token: str) -> SignInWithAccount:
        sign_in = self._find(token)
        if sign_in is None or self._state(sign_in) is SignInState.OVER:
            raise Unauthenticated("You have been signed out. Sign in again.")
        act_for(self._session, sign_in.account_id)
        return sign_in

    def _for_change(self, token: str) -> tuple[SignIn, SignInWithAccount]:
        with serving(self._session, BY_TOKEN):
            row = self._store.for_change(digest_of(token))
            sign_in = self._store.with_account(digest_of(token))
        if row is None or sign_in is None:
            raise Unauthenticated("You have been signed out. Sign in again.")
        act_for(self._session, sign_in.account_id)
        return row, sign_in

    def _renew(self, row: SignIn) -> str:
        token = new_token()
        row.digest, row.wrong_codes = digest_of(token), 0
        self._session.commit()
        return token
