"""Sign people in, and know them by their sign-in at each request after."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from backend.accounts.caller import Caller, Proof
from backend.accounts.people.addresses import EmailIndex
from backend.accounts.people.authenticated import Authenticated
from backend.accounts.people.models import AccountState
from backend.accounts.people.notices import Notices, name_of
from backend.accounts.people.passwords import Passwords
from backend.accounts.people.store import AccountStore
from backend.accounts.permissions import Role
from backend.accounts.sign_in.models import SignIn
from backend.accounts.sign_in.standing import Known, Standing
from backend.accounts.sign_in.store import SignInStore
from backend.accounts.sign_in.totp import SecondFactor
from backend.audit.actions import Action
from backend.clock import Clock
from backend.database import reading
from backend.errors import NotFound, Unauthenticated
from backend.mail.letter import Letter
from backend.row_security import act_for, serving

SEEN_EVERY = timedelta(minutes=1)
MOST_WRONG_CODES = 5
TOKEN_BYTES = 32
BY_TOKEN = "a token says whose it is"  # noqa: S105


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
        notices: Notices,
        index: EmailIndex,
        passwords: Passwords,
        session: Session,
        now: Clock,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._factor = factor
        self._notices = notices
        self._index = index
        self._passwords = passwords
        self._session = session
        self._now = now

    def authenticate(self, email: str, password: str) -> Authenticated:
        """The active account whose address and password these are. Raises Refused, after as much for one nobody has."""
        with reading():  # no lock is held while a password is hashed
            account = self._accounts.by_index(self._index.of(email))
            hashed, name = (account.password_hash, name_of(account)) if account else (None, "nobody")
            found = Authenticated.of(account) if account and account.state == AccountState.ACTIVE else None
        right = self._passwords.verify(hashed, password)
        if found is None or hashed is None or not right:
            self._notices.refused(Action.SIGN_IN_REFUSED, name)
            self._session.commit()
            raise Refused("The e-mail address or the password is wrong, or the address is not confirmed yet.")
        act_for(self._session, found.account_id)
        if self._passwords.is_outdated(hashed):
            self._accounts.rehash(found.account_id, hashed, self._passwords.hash(password))
            self._session.commit()
        return found

    def begin(self, email: str, password: str, device: str) -> str:
        return self.open(self.authenticate(email, password), device)

    def open(self, who: Authenticated, device: str) -> str:
        """Begin a sign-in for someone whose password was just shown to be right.

        The token opens nothing yet if it needs a code, or if an operator must first set up a factor.
        """
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
        if not who.has_factor:
            self._announce(row)
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
        self._announce(row)
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
        """Take the password again, for what is dangerous. Raises Refused."""
        with reading():
            known = self._known(token)
            hashed = self._accounts.get(known.account_id).password_hash
        if not self._passwords.verify(hashed, password):
            name = f"account:{known.public_id}"
            self._notices.refused(Action.PASSWORD_REFUSED, name, by=name)
            self._session.commit()
            raise Refused("The password is wrong.")
        row, _ = self._for_change(token)
        row.confirmed_at = self._now()
        self._session.commit()

    def seen(self, token: str) -> None:
        """Note that this browser was here, to the minute."""
        now = self._now()
        with serving(self._session, BY_TOKEN):
            self._store.see(_digest(token), now - SEEN_EVERY, now)
            self._session.commit()

    def end(self, token: str) -> None:
        """In the database too: a copy of the cookie opens nothing any more."""
        with serving(self._session, BY_TOKEN):
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

    def _refused(self, row: SignIn) -> Unauthenticated:
        """Count a wrong code; the last one ends the sign-in, and whoever guesses needs the password again."""
        row.wrong_codes += 1
        account, is_last = self._accounts.get(row.account_id), row.wrong_codes >= MOST_WRONG_CODES
        row.ended_at = self._now() if is_last else None
        action = Action.SIGN_IN_STOPPED if is_last else Action.CODE_REFUSED
        self._notices.record(name_of(account), action, account, wrong_codes=row.wrong_codes)
        self._session.commit()
        if not is_last:
            return CodeRefused("The code is wrong, or was used before.")
        return Unauthenticated("Sign in again.")

    def _announce(self, row: SignIn) -> None:
        """Tell the owner of a device that was not seen before, and the audit log of an operator who is in."""
        account = self._accounts.get(row.account_id)
        if self._store.is_new_device(row.account_id, row.device):
            self._notices.tell(account, Letter.NEW_SIGN_IN, device=row.device)
        if Role(account.role).needs_second_factor and row.proven_at:
            self._notices.record(name_of(account), Action.SIGNED_IN, account)

    def _is_open(self, digest: str, now: datetime) -> bool:
        known = self._store.known(digest)
        return known is not None and known.standing(now) is Standing.OPEN

    def _found(self, token: str) -> Known | None:
        with serving(self._session, BY_TOKEN):
            return self._store.known(_digest(token))

    def _known(self, token: str) -> Known:
        known = self._found(token)
        if known is None or known.standing(self._now()) is Standing.OVER:
            raise Unauthenticated("This sign-in is over. Sign in again.")
        act_for(self._session, known.account_id)
        return known

    def _for_change(self, token: str) -> tuple[SignIn, Known]:
        with serving(self._session, BY_TOKEN):
            row = self._store.for_change(_digest(token))
            known = self._store.known(_digest(token))
        if row is None or known is None:
            raise Unauthenticated("This sign-in is over. Sign in again.")
        act_for(self._session, known.account_id)
        return row, known

    def _renew(self, row: SignIn) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row.digest, row.wrong_codes = _digest(token), 0
        self._session.commit()
        return token


def _digest(token: str) -> str:
    """The token has 256 bits of entropy, so that a plain hash is enough."""
    return sha256(token.encode(errors="surrogatepass")).hexdigest()
