"""JSON Web Tokens for programs that act as a person: issued for a password, refreshed once each, revoked at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from backend.accounts.caller import Caller, Proof
from backend.accounts.people.authenticated import Authenticated
from backend.accounts.people.models import AccountState
from backend.accounts.permissions import Role
from backend.accounts.sign_in.service import CodeRefused, HalfSignedIn, SignIns
from backend.accounts.sign_in.totp import SecondFactor
from backend.accounts.tokens.claims import ACCESS_LIFETIME, REFRESH_LIFETIME, Claims, Signing, TokenPair, Use
from backend.accounts.tokens.models import RefreshToken
from backend.accounts.tokens.store import Holder, TokenStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.errors import FieldError, Forbidden, Unauthenticated
from backend.row_security import act_for, serving

NOT_GOOD = "The token is not valid."
BY_CLAIMS = "a token says whose it is"


class Tokens:
    def __init__(
        self,
        store: TokenStore,
        sign_ins: SignIns,
        factor: SecondFactor,
        audit: AuditLog,
        signing: Signing,
        session: Session,
        now: Clock,
    ) -> None:
        self._store = store
        self._sign_ins = sign_ins
        self._factor = factor
        self._audit = audit
        self._signing = signing
        self._session = session
        self._now = now

    def log_in(self, email: str, password: str, code: str | None) -> TokenPair:
        """The first pair of a new family, for a password and, where the account has one, a second factor."""
        who = self._sign_ins.authenticate(email, password)
        if who.has_factor:
            self._demand_code(who, code)
        elif who.role.needs_second_factor:
            raise Forbidden("Your role needs a second factor. Sign in on the site to set it up.")
        name = f"account:{who.public_id}"
        pair = self._pair(who.account_id, who.public_id, uuid4(), who.epoch, self._now() + REFRESH_LIFETIME)
        self._audit.record(name, Action.TOKEN_ISSUED, name)
        self._session.commit()
        return pair

    def refresh(self, text: str) -> TokenPair:
        """The next pair of this family, which expires when its first refresh token would have.

        A refresh token that is used twice was stolen by one of the two users, so its family ends.
        """
        claims, now = self._signing.read(text, Use.REFRESH), self._now()
        with serving(self._session, BY_CLAIMS):
            used = self._store.take(claims.jti, now)
            holder = self._store.holder(claims.public_id, claims.family)
        if used is None:
            self._end_if_reused(claims, now)
            raise Unauthenticated(NOT_GOOD)
        account_id = _good(holder, claims).account_id
        act_for(self._session, account_id)
        pair = self._pair(account_id, claims.public_id, claims.family, claims.epoch, used.expires_at)
        self._session.commit()
        return pair

    def caller(self, text: str) -> Caller:
        """The caller with this access token. One query."""
        claims = self._signing.read(text, Use.ACCESS)
        with serving(self._session, BY_CLAIMS):
            holder = _good(self._store.holder(claims.public_id, claims.family), claims)
        role = Role(holder.role)
        return Caller(f"account:{claims.public_id}", Proof.TOKEN, role.scopes, holder.account_id, role)

    def log_out(self, text: str) -> None:
        """End the family of this access token, including the token itself."""
        claims = self._signing.read(text, Use.ACCESS)
        self._end(claims, Action.TOKENS_ENDED, f"account:{claims.public_id}", self._now())

    def _demand_code(self, who: Authenticated, code: str | None) -> None:
        if code is None:
            raise _asking_for_a_code(HalfSignedIn("Send the code from your authenticator app."))
        if not self._factor.accepts(who.account_id, code):
            name = f"account:{who.public_id}"
            self._audit.record(name, Action.CODE_REFUSED, name)
            self._session.commit()
            raise _asking_for_a_code(CodeRefused("The code is wrong or has been used."))

    def _pair(self, account_id: int, public_id: UUID, family: UUID, epoch: int, until: datetime) -> TokenPair:
        now, jti = self._now(), str(uuid4())
        row = RefreshToken(jti=jti, account_id=account_id, family=family, epoch=epoch, created_at=now, expires_at=until)
        self._store.add(row)
        access = Claims(Use.ACCESS, str(uuid4()), public_id, family, epoch)
        refresh = Claims(Use.REFRESH, jti, public_id, family, epoch)
        written = self._signing.sign(access, min(ACCESS_LIFETIME, until - now))
        return TokenPair(written, self._signing.sign(refresh, until - now), until)

    def _end_if_reused(self, claims: Claims, now: datetime) -> None:
        with serving(self._session, BY_CLAIMS):
            if self._store.was_used(claims.jti):
                self._end(claims, Action.TOKEN_REUSED, "nobody", now)

    def _end(self, claims: Claims, action: Action, by: str, now: datetime) -> None:
        if self._store.end(claims.family, now):
            self._audit.record(by, action, f"account:{claims.public_id}")
        self._session.commit()


def _good(holder: Holder | None, claims: Claims) -> Holder:
    """Raise Unauthenticated unless the account is still active, of the token's epoch, and with its second factor."""
    if holder is None or holder.state != AccountState.ACTIVE or holder.epoch != claims.epoch:
        raise Unauthenticated(NOT_GOOD)
    if holder.factor_since is None and Role(holder.role).needs_second_factor:
        raise Unauthenticated(NOT_GOOD)
    return holder


def _asking_for_a_code(error: Unauthenticated) -> Unauthenticated:
    error.errors = (FieldError("code", str(error)),)
    return error
