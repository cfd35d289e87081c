"""ACC-3: JSON Web Tokens for programs that act as a person. Check 22. On both databases."""

from __future__ import annotations

import base64
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from backend.accounts.people.models import Account, AccountState
from backend.accounts.permissions import Role
from backend.accounts.tokens.models import RefreshToken
from backend.audit.models import AuditEntry
from backend.clock import utc_now
from backend.database import get_db_session
from tests.accounts import make_account, signed_in
from tests.conftest import ON_SQLITE

AUTH, FUNNEL = "/api/v1/auth", "/api/analytics/dashboard/funnel"


class Program:
    """A client of the API that signs in as an account."""

    def __init__(self, app, account):
        self.app, self.account = app, account

    def login(self, **changed):
        code = {"code": self.account.code()} if self.account.totp_secret else {}
        known = {"email": self.account.email, "password": self.account.password, **code, **changed}
        body = {name: value for name, value in known.items() if value is not None}
        return self.app.test_client().post(f"{AUTH}/login", json=body)

    def refresh(self, token):
        return self.app.test_client().post(f"{AUTH}/refresh", headers=bearer(token))

    def logout(self, token):
        return self.app.test_client().post(f"{AUTH}/logout", headers=bearer(token))

    def profile(self, token):
        return self.app.test_client().get(f"{AUTH}/profile", headers=bearer(token))


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def analyst(any_app):
    return Program(any_app, make_account(any_app, Role.ANALYST))


@pytest.fixture
def member(any_app):
    return Program(any_app, make_account(any_app, Role.MEMBER))


def change(app, model, **columns):
    with app.app_context():
        get_db_session().execute(sa.update(model).values(**columns))
        get_db_session().commit()


def entries(app):
    with app.app_context():
        found = get_db_session().scalars(sa.select(AuditEntry).order_by(AuditEntry.number))
        return [(entry.actor, entry.action, entry.object) for entry in found]


def test_a_person_logs_in_asks_and_logs_out(analyst):
    given = analyst.login()
    token = given.json["access_token"]

    assert given.status_code == 200
    assert given.headers["Cache-Control"] == "no-store"
    assert (given.json["token_type"], given.json["expires_in"]) == ("Bearer", 900)
    assert analyst.app.test_client().get(FUNNEL, headers=bearer(token)).status_code == 200
    assert analyst.profile(token).json == {
        "id": analyst.account.public_id,
        "email": analyst.account.email,
        "role": "analyst",
        "scopes": sorted(Role.ANALYST.scopes),
    }
    assert analyst.logout(token).status_code == 204
    assert analyst.profile(token).status_code == 401
    assert analyst.refresh(given.json["refresh_token"]).status_code == 401
    name = analyst.account.name
    assert entries(analyst.app) == [(name, "token.issued", name), (name, "tokens.ended", name)]


def test_a_member_needs_no_code_and_may_do_what_members_may(member):
    token = member.login().json["access_token"]

    assert member.profile(token).json["role"] == "member"
    assert member.app.test_client().get(FUNNEL, headers=bearer(token)).status_code == 403


@ON_SQLITE
def test_tokens_tell_nothing_about_a_person(member):
    pair = member.login().json

    for token in (pair["access_token"], pair["refresh_token"]):
        said = jwt.decode(token, options={"verify_signature": False})
        assert said["sub"] == member.account.public_id
        assert set(said) <= {"aud", "epoch", "exp", "family", "fresh", "iat", "iss", "jti", "nbf", "sub", "type"}
        assert member.account.email.split("@")[0] not in json.dumps(said)


@ON_SQLITE
@pytest.mark.parametrize(
    "changed",
    [
        {"password": "not the password"},
        {"email": "nobody@example.com"},
        {"email": "nobody@example.com", "code": "1" * 6},
    ],
)
def test_a_refusal_never_tells_whether_an_address_exists(analyst, changed):
    known = analyst.login(password="another wrong one").json
    refused = analyst.login(**changed)

    assert refused.status_code == 401
    assert refused.mimetype == "application/problem+json"
    assert {**refused.json, "request_id": ""} == {**known, "request_id": ""}


@ON_SQLITE
@pytest.mark.parametrize("state", [AccountState.DISABLED, AccountState.UNVERIFIED, AccountState.INVITED])
def test_an_account_that_may_not_sign_in_is_refused_as_if_it_were_not_there(member, state):
    change(member.app, Account, state=state)

    assert member.login().json["code"] == member.login(password="wrong").json["code"] == "sign_in_refused"


def test_the_code_is_asked_for_only_after_the_right_password(analyst):
    asked, wrong = analyst.login(code=None), analyst.login(code="000000")

    assert (asked.status_code, asked.json["code"]) == (401, "second_factor_needed")
    assert (wrong.status_code, wrong.json["code"]) == (401, "code_refused")
    assert [error["field"] for error in asked.json["errors"] + wrong.json["errors"]] == ["code", "code"]
    assert analyst.login(code=None, password="wrong").json["code"] == "sign_in_refused"


def test_a_code_is_good_once(analyst):
    code = analyst.account.code()

    assert analyst.login(code=code).status_code == 200
    assert analyst.login(code=code).json["code"] == "code_refused"


def test_an_operator_without_a_second_factor_gets_no_token(any_app):
    assert Program(any_app, make_account(any_app, Role.OPS, two_factor=False)).login().status_code == 403


@ON_SQLITE
@pytest.mark.parametrize("field", ["role", "plan", "tenant_id", "scopes", "account_id"])
def test_what_is_not_asked_for_is_refused(member, field):
    """Check 26."""
    refused = member.login(**{field: "admin"})

    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


@ON_SQLITE
def test_bad_fields_are_named_and_the_password_is_not_repeated(any_app):
    refused = any_app.test_client().post(f"{AUTH}/login", json={"password": "hunter2" * 200})

    assert refused.status_code == 422
    assert {error["field"] for error in refused.json["errors"]} == {"email", "password"}
    assert "hunter2" not in refused.text


class TestRefreshing:
    def test_it_gives_the_next_pair_until_the_first_one_would_have_ended(self, member):
        first = member.login().json
        second = member.refresh(first["refresh_token"])

        assert second.status_code == 200
        assert second.json["refresh_expires_at"] == first["refresh_expires_at"]
        assert member.profile(second.json["access_token"]).status_code == 200
        assert member.refresh(second.json["refresh_token"]).status_code == 200

    def test_a_token_used_twice_ends_its_family_and_no_other(self, member):
        other, first = member.login().json, member.login().json
        second = member.refresh(first["refresh_token"]).json

        assert member.refresh(first["refresh_token"]).status_code == 401

        assert member.refresh(second["refresh_token"]).status_code == 401
        assert member.profile(second["access_token"]).status_code == 401
        assert member.profile(other["access_token"]).status_code == 200
        assert entries(member.app)[-1] == ("nobody", "token.reused", member.account.name)

    def test_of_many_at_once_one_succeeds_and_the_family_ends(self, member):
        token = member.login().json["refresh_token"]

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: member.refresh(token), range(6)))

        [given] = [answer for answer in answers if answer.status_code == 200]
        assert {answer.status_code for answer in answers} == {200, 401}
        assert member.refresh(given.json["refresh_token"]).status_code == 401
        assert member.profile(given.json["access_token"]).status_code == 401

    def test_a_token_that_expired_in_the_database_is_refused(self, member):
        token = member.login().json["refresh_token"]
        change(member.app, RefreshToken, expires_at=utc_now())

        assert member.refresh(token).status_code == 401

    def test_without_a_token_or_with_one_of_another_kind_it_is_refused(self, member):
        pair = member.login().json

        assert member.refresh(pair["access_token"]).status_code == 401
        assert member.refresh("").status_code == 401
        assert member.app.test_client().post(f"{AUTH}/refresh", json=pair).status_code == 401
        assert member.refresh(pair["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    "column",
    [{"epoch": 2}, {"state": AccountState.DISABLED}, {"totp_confirmed_at": None}],
    ids=["epoch raised", "disabled", "factor removed"],
)
def test_a_change_of_the_account_ends_its_tokens_at_the_next_request(analyst, column):
    pair = analyst.login().json

    change(analyst.app, Account, **column)

    assert analyst.profile(pair["access_token"]).status_code == 401
    assert analyst.refresh(pair["refresh_token"]).status_code == 401


def test_a_role_that_was_taken_away_opens_nothing(analyst):
    token = analyst.login().json["access_token"]
    change(analyst.app, Account, role=Role.MEMBER)

    assert analyst.app.test_client().get(FUNNEL, headers=bearer(token)).status_code == 403


def test_an_erased_account_has_no_tokens(analyst):
    token = analyst.login().json["access_token"]
    with analyst.app.app_context():
        get_db_session().execute(sa.delete(Account))
        get_db_session().commit()

    assert analyst.profile(token).status_code == 401


@ON_SQLITE
def test_a_token_is_taken_from_the_header_only(member):
    token, client = member.login().json["access_token"], member.app.test_client()
    for name in ("access_token_cookie", "mingus", "Authorization"):
        client.set_cookie(name, token)

    assert client.get(f"{AUTH}/profile").status_code == 401
    assert client.get(f"{AUTH}/profile?jwt={token}&access_token={token}").status_code == 401


@ON_SQLITE
def test_a_token_and_a_cookie_together_are_refused(member):
    browser = signed_in(member.app.test_client(), member.account)
    pair = member.login().json

    assert browser.get(f"{AUTH}/profile").status_code == 200
    assert browser.get(f"{AUTH}/profile", headers=bearer(pair["access_token"])).status_code == 400
    assert browser.post(f"{AUTH}/refresh", headers=bearer(pair["refresh_token"])).status_code == 400


@ON_SQLITE
class TestForgery:
    """Check 22: each is refused, and looks like the real one in all but one thing."""

    @pytest.fixture
    def real(self, member):
        """A good token's header and claims, and the key it was signed with."""
        token = member.login().json["access_token"]
        said = jwt.decode(token, options={"verify_signature": False})
        key = member.app.config["JWT_SECRET_KEY"]
        assert self.status(member, said, key, jwt.get_unverified_header(token)) == 200
        return said, key, jwt.get_unverified_header(token)

    @staticmethod
    def status(member, said, key, header):
        return member.profile(jwt.encode(said, key, header["alg"], headers=header)).status_code

    @pytest.mark.parametrize(
        "changed",
        [
            {"aud": "somebody-else"},
            {"iss": "somebody-else"},
            {"type": "refresh"},
            {"type": "admin"},
            {"exp": timedelta(seconds=-1)},
            {"nbf": timedelta(minutes=1)},
            {"sub": "7d8f3c52-1f0e-4a7b-9d65-0c2b6a41e8f3"},
            {"sub": "1 OR 1=1"},
            {"epoch": 0},
            {"epoch": "x"},
            {"epoch": float("inf")},
            {"epoch": float("nan")},
            {"epoch": 1.0},
            {"exp": float("inf")},
            {"iat": float("-inf")},
            {"family": "x"},
            *({name: None} for name in ("aud", "iss", "type", "exp", "iat", "nbf", "sub", "epoch", "family")),
        ],
        ids=str,
    )
    def test_claims_that_are_not_ours(self, member, real, changed):
        said, key, header = real
        forged = {name: value for name, value in {**said, **changed}.items() if value is not None}
        forged |= {name: utc_now() + value for name, value in changed.items() if isinstance(value, timedelta)}

        assert self.status(member, forged, key, header) == 401

    @pytest.mark.parametrize(
        "changed",
        [
            {"typ": "JWT"},
            {"typ": "rt+jwt"},
            {"kid": "unknown"},
            {"kid": "../../dev/null"},
            {"kid": None},
            {"jku": "https://evil.example/keys.json"},
            {"x5u": "https://evil.example/cert"},
            {"jwk": {"kty": "oct", "k": "AAAA"}},
            {"alg": "HS512"},
        ],
        ids=str,
    )
    def test_headers_that_are_not_ours(self, member, real, changed):
        said, key, header = real
        forged = {name: value for name, value in {**header, **changed}.items() if value is not None}

        assert self.status(member, said, key, forged) == 401

    def test_no_algorithm(self, member, real):
        said, _, header = real
        for none in ("none", "None", "nOnE"):
            parts = [json.dumps({**header, "alg": none}), json.dumps(said)]
            unsigned = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
            assert member.profile(unsigned + ".").status_code == 401

    def test_a_private_key_in_place_of_ours(self, member, real):
        said, _, header = real
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        parts = [json.dumps({**header, "alg": "HS256"}), json.dumps(said)]
        signed = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
        digest = base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), "sha256")).decode().rstrip("=")

        assert self.status(member, said, private, {**header, "alg": "RS256"}) == 401
        assert member.profile(f"{signed}.{digest}").status_code == 401

    def test_the_secret_key_itself_signs_nothing(self, member, real):
        said, _, header = real

        assert self.status(member, said, member.app.config["SECRET_KEY"], header) == 401

    @pytest.mark.parametrize(
        "text",
        [
            "x",
            "a.b.c",
            "..",
            "é.é.é",
            "[" * 5_000,
            base64.urlsafe_b64encode(b"[" * 1_200).decode() + ".e30.x",
            "0" * 9_000,
        ],
        ids=len,
    )
    def test_what_is_no_token(self, member, text):
        header = {"Authorization": f"Bearer {text}".encode().decode("latin-1")}

        assert member.app.test_client().get(f"{AUTH}/profile", headers=header).status_code == 401
