"""Sign people in, and know them by their sign-in at each request after."""

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
from backend.accounts.sign_in.standing import Known, Standing
from backend.accounts.sign_in.store import SignInStore
from backend.accounts.sign_in.token import digest_of, new_token
from backend.accounts.sign_in.totp import SecondFactor
from backend.clock import Clock
from backend.database import reading
from backend.errors import NotFound, Unauthenticated
from backend.row_security import act_for, serving

SEEN_EVERY = timedelta(minutes=1)
MOST_WRONG_CODES = 5
BY_TOKEN = "a token says whose it is"  # noqa: S105


class SignInRefused(Unauthenticated):
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
        password_check: PasswordCheck,
        factor: SecondFactor,
        announcements: Announcements,
        session: Session,
        now: Clock,
    ) -> None:
        self._store = store
        self._password_check = password_check
        self._factor = factor
        self._announcements = announcements
        self._session = session
        self._now = now

    def authenticate(self, email: str, password: str) -> Authenticated:
        """The active account with this address and password. Raises SignInRefused."""
        who = self._password_check.account(email, password)
        if who is None:
            raise SignInRefused("The e-mail address or the password is wrong, or the address is not confirmed yet.")
        return who

    def begin(self, email: str, password: str, device: str) -> str:
        return self.open(self.authenticate(email, password), device)

    def open(self, who: Authenticated, device: str) -> str:
        """Begin a sign-in for someone whose password was just shown to be right.

        The token opens nothing yet if it needs a code, or if an operator must first set up a factor.
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
            wrong_codes=0,
        )
        self._store.add(row)
        if not who.has_factor:
            self._announcements.opened(row)
        self._session.commit()
        return token

    def prove(self, token: str, code: str) -> str:
        """Take the second factor; from here on the sign-in goes by the token that is returned. Raises CodeRefused."""
        row, known = self._for_change(token)
        if known.standing(self._now()) is not Standing.NEEDS_CODE:
            raise Unauthenticated("Sign in again.")
        if not self._factor.accepts(row.account_id, code):
            raise self._refused(row)
        row.proven_at = self._now()
        self._announcements.opened(row)
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

    def standing(self, token: str) -> Standing:
        """Which step of signing in this browser is at."""
        known = self._found(token)
        return known.standing(self._now()) if known else Standing.OVER

    def role(self, token: str) -> Role:
        """Raises Unauthenticated."""
        return Role(self._known(token).role)

    def enrolling(self, token: str) -> int:
        """The account whose second factor may be set up with this browser: it is signed in, but for that factor.

        Raises Unauthenticated, HalfSignedIn where a factor is there and its code was not shown.
        """
        known = self._known(token)
        if known.standing(self._now()) is Standing.NEEDS_CODE:
            raise HalfSignedIn("Enter the code of your second factor first.")
        return known.account_id

    def confirm(self, token: str, password: str) -> None:
        """Take the password again, for what is dangerous. Raises SignInRefused."""
        with reading():
            account_id = self._known(token).account_id
        if not self._password_check.is_right(account_id, password):
            raise SignInRefused("The password is wrong.")
        row, _ = self._for_change(token)
        row.confirmed_at = self._now()
        self._session.commit()

    def seen(self, token: str) -> None:
        """Note that this browser was here, to the minute."""
        now = self._now()
        with serving(self._session, BY_TOKEN):
            self._store.see(digest_of(token), now - SEEN_EVERY, now)
            self._session.commit()

    def end(self, token: str) -> None:
        """In the database too: a copy of the cookie opens nothing any more."""
        with serving(self._session, BY_TOKEN):
            self._store.end(digest_of(token), self._now())
            self._session.commit()

    def end_others(self, account_id: int, but: str) -> None:
        """Sign this account's other browsers out."""
        self._store.end_others(account_id, digest_of(but), self._now())
        self._session.commit()

    def end_one(self, account_id: int, number: int) -> None:
        """Sign out one of this account's browsers, by its number in `list`. Raises NotFound for anybody else's."""
        if not self._store.end_one(account_id, number, self._now()):
            raise NotFound("You are not signed in there.")
        self._session.commit()

    def list(self, account_id: int, current: str = "") -> Sequence[SignInSummary]:
        """Where an account is signed in, the newest first; `current` is the token of the one that asks."""
        now, digest = self._now(), digest_of(current)
        rows = [row for row in self._store.of_account(account_id) if self._is_open(row.digest, now)]
        return [SignInSummary(r.id, r.device, r.created_at, r.seen_at, r.digest == digest) for r in rows]

    def _refused(self, row: SignIn) -> Unauthenticated:
        """Count a wrong code; the last one ends the sign-in, and whoever guesses needs the password again."""
        row.wrong_codes += 1
        is_last = row.wrong_codes >= MOST_WRONG_CODES
        row.ended_at = self._now() if is_last else None
        self._announcements.wrong_code(row, is_last=is_last)
        self._session.commit()
        if not is_last:
            return CodeRefused("The code is wrong, or was used before.")
        return Unauthenticated("Sign in again.")

    def _is_open(self, digest: str, now: datetime) -> bool:
        known = self._store.known(digest)
        return known is not None and known.standing(now) is Standing.OPEN

    def _found(self, token: str) -> Known | None:
        with serving(self._session, BY_TOKEN):
            return self._store.known(digest_of(token))

    def _known(self, token: str) -> Known:
        known = self._found(token)
        if known is None or known.standing(self._now()) is Standing.OVER:
            raise Unauthenticated("This sign-in is over. Sign in again.")
        act_for(self._session, known.account_id)
        return known

    def _for_change(self, token: str) -> tuple[SignIn, Known]:
        with serving(self._session, BY_TOKEN):
            row = self._store.for_change(digest_of(token))
            known = self._store.known(digest_of(token))
        if row is None or known is None:
            raise Unauthenticated("This sign-in is over. Sign in again.")
        act_for(self._session, known.account_id)
        return row, known

    def _renew(self, row: SignIn) -> str:
        token = new_token()
        row.digest, row.wrong_codes = digest_of(token), 0
        self._session.commit()
        return token
