"""People who may sign in, put straight into the database, and browsers that are signed in as them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from uuid import uuid4

import pyotp
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from backend.accounts.people.addresses import EmailIndex
from backend.accounts.people.models import Account, AccountState
from backend.accounts.people.passwords import Passwords
from backend.accounts.permissions import Role
from backend.accounts.sign_in.models import SignIn
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import get
from backend.routes.access import SESSION_KEY
from backend.vault.service import Vault

PASSWORD = "a horse that staples batteries"
BROWSER = {"Accept": "text/html"}
NUMBERS: Iterator[int] = count(1)


def cheap_passwords() -> Passwords:
    """Argon2 at the least cost it has: tests sign in often."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass(frozen=True)
class MadeAccount:
    """An account and all that is secret about it. `totp_secret` is None without a second factor."""

    id: int
    public_id: str
    email: str
    password: str
    totp_secret: str | None

    @property
    def name(self) -> str:
        """As callers and the audit log name it."""
        return f"account:{self.public_id}"

    def code(self, at: datetime | None = None) -> str:
        """What the authenticator app shows."""
        return pyotp.TOTP(self.totp_secret or "").at(at or utc_now())


def make_account(
    app: Flask,
    role: Role = Role.ANALYST,
    email: str | None = None,
    password: str = PASSWORD,
    two_factor: bool | None = None,
    state: AccountState = AccountState.ACTIVE,
) -> MadeAccount:
    """`two_factor`: None for what the role needs."""
    email = email or f"person-{next(NUMBERS)}-{secrets.token_hex(3)}@example.com"
    factor = role.needs_second_factor if two_factor is None else two_factor
    secret, now = pyotp.random_base32() if factor else None, utc_now()
    with app.app_context():
        session, vault = get_db_session(), get(Vault)
        account = Account(
            public_id=uuid4(),
            email=b"",
            email_index=get(EmailIndex).of(email),
            password_hash=cheap_passwords().hash(password),
            role=role,
            state=state,
            epoch=1,
            totp_confirmed_at=now if factor else None,
            created_at=now,
            verified_at=now,
            password_changed_at=now,
        )
        session.add(account)
        session.flush()
        vault.make_key(account.id)
        account.email = vault.seal(account.id, "accounts.email", email)
        account.totp_secret = vault.seal(account.id, "accounts.totp_secret", secret) if secret else None
        made = MadeAccount(account.id, str(account.public_id), email, password, secret)
        session.commit()
    return made


def make_sign_in(app: Flask, account: MadeAccount, age: timedelta = timedelta(0)) -> str:
    """A sign-in that took all its steps; its token."""
    token, then = secrets.token_urlsafe(32), utc_now() - age
    with app.app_context():
        session = get_db_session()
        row = SignIn(
            digest=sha256(token.encode()).hexdigest(),
            account_id=account.id,
            epoch=session.get_one(Account, account.id).epoch,
            device="Test browser",
            created_at=then,
            seen_at=then,
            confirmed_at=then,
            proven_at=then if account.totp_secret else None,
            wrong_codes=0,
        )
        session.add(row)
        session.commit()
    return token


def signed_in(client: FlaskClient, account: MadeAccount) -> FlaskClient:
    """The client, its cookie and the row behind it as if the forms had been filled in."""
    token = make_sign_in(client.application, account)
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie[SESSION_KEY] = token
    return client


def signed_in_cookie(app: Flask, account: MadeAccount, url: str) -> dict[str, str]:
    """For `context.add_cookies` of a real browser, or any other client of a server with the app's SECRET_KEY."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({SESSION_KEY: make_sign_in(app, account)})
    return {"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": url}


def form_token(client: FlaskClient, path: str = "/sign-in") -> str:
    """The token of the form on this page, without which nothing is taken."""
    page = client.get(path, headers=BROWSER, follow_redirects=True).text
    match = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert match, f"{path} shows no form"
    return match[1]


def sign_in_by_form(client: FlaskClient, account: MadeAccount, **form: str):
    """Every step a person takes; the last answer."""
    credentials = {"email": account.email, "password": account.password}
    answer = client.post("/sign-in", data={"csrf_token": form_token(client), **credentials, **form}, headers=BROWSER)
    if account.totp_secret is None or answer.status_code != 303:
        return answer
    path = answer.location
    form_data = {"csrf_token": form_token(client, path), "code": account.code(), "next": form.get("next", "")}
    return client.post("/sign-in/code", data=form_data, headers=BROWSER)
