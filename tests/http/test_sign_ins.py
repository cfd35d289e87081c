"""ACC-1: who a browser is known as, for how long, and what ends it. On both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from backend.accounts.people.models import Account, AccountState
from backend.accounts.people.passwords import Passwords
from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Role
from backend.accounts.sign_in.models import SignIn
from backend.accounts.sign_in.service import CodeRefused, SignInRefused, SignIns
from backend.accounts.sign_in.state import MEMBERS_IDLE, MEMBERS_SIGN_IN, OPERATORS_SIGN_IN
from backend.accounts.tokens.service import Tokens
from backend.audit.models import AuditEntry
from backend.clock import utc_now
from backend.database import get_db_session
from backend.errors import InvalidRequest, Unauthenticated
from backend.plugins import get
from backend.routes.access import SESSION_KEY
from tests.accounts import PASSWORD, make_account, make_sign_in, signed_in
from tests.letters import deliver, outbox

FUNNEL = "/analytics/funnel"
PROGRAM = {"Accept": "application/json"}


def change(app, model, **columns):
    with app.app_context():
        for row in get_db_session().query(model):
            for name, value in columns.items():
                setattr(row, name, value)
        get_db_session().commit()


def is_known(app, token):
    with app.app_context():
        try:
            get(SignIns).caller(token)
        except Unauthenticated:
            return False
        return True


@pytest.fixture
def analyst(any_app):
    return signed_in(any_app.test_client(), make_account(any_app))


def test_whoever_is_signed_in_is_known_by_their_public_id(any_app):
    account = make_account(any_app, Role.ANALYST)

    with any_app.app_context():
        found = get(SignIns).caller(make_sign_in(any_app, account))

    assert (found.name, found.account_id, found.role) == (account.name, account.id, Role.ANALYST)
    assert found.scopes == Role.ANALYST.scopes


def test_an_analyst_reads_the_dashboards_and_a_member_does_not(any_app, analyst):
    member = signed_in(any_app.test_client(), make_account(any_app, Role.MEMBER))

    assert analyst.get("/api/analytics/dashboard/funnel", headers=PROGRAM).status_code == 200
    assert member.get("/api/analytics/dashboard/funnel", headers=PROGRAM).status_code == 403


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (Account, {"state": AccountState.DISABLED}),
        (Account, {"epoch": 2}),
        (Account, {"totp_confirmed_at": None}),
        (SignIn, {"proven_at": None}),
        (SignIn, {"ended_at": utc_now()}),
    ],
    ids=["disabled", "epoch raised", "factor removed", "code not shown", "signed out"],
)
def test_the_next_request_finds_a_sign_in_over_or_unfinished(any_app, analyst, model, column):
    assert analyst.get("/api/analytics/dashboard/funnel", headers=PROGRAM).status_code == 200

    change(any_app, model, **column)

    assert analyst.get("/api/analytics/dashboard/funnel", headers=PROGRAM).status_code == 401


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ANALYST])
def test_a_sign_in_grows_old(any_app, role):
    account, limit = make_account(any_app, role), MEMBERS_SIGN_IN if role is Role.MEMBER else OPERATORS_SIGN_IN
    young = make_sign_in(any_app, account, limit - timedelta(minutes=1))
    old = make_sign_in(any_app, account, limit)
    change(any_app, SignIn, seen_at=utc_now())

    assert is_known(any_app, young)
    assert not is_known(any_app, old)


def test_a_member_who_stays_away_is_signed_out(any_app):
    token = make_sign_in(any_app, make_account(any_app, Role.MEMBER))
    change(any_app, SignIn, seen_at=utc_now() - MEMBERS_IDLE + timedelta(minutes=1))
    assert is_known(any_app, token)

    change(any_app, SignIn, seen_at=utc_now() - MEMBERS_IDLE)

    assert not is_known(any_app, token)


def test_a_visit_is_noted_once_a_minute(any_app, analyst):
    before = utc_now() - timedelta(seconds=61)
    change(any_app, SignIn, seen_at=before)

    for _ in range(2):
        analyst.get("/methodology").close()
        with any_app.app_context():
            noted = get_db_session().query(SignIn).one().seen_at
            assert noted > before
        before = noted - timedelta(microseconds=1)


def test_the_cookie_of_an_ended_sign_in_is_taken_back(any_app, analyst):
    change(any_app, Account, epoch=2)

    analyst.get("/methodology")

    with analyst.session_transaction() as cookie:
        assert SESSION_KEY not in cookie


def test_a_cookie_opens_no_api_that_changes_things(any_app, analyst):
    """Such a request may come from any page; programs send a key."""
    answer = analyst.post("/api/analytics/event", json={"event_type": "x"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_a_device_that_was_not_seen_before_is_told_by_mail(any_app, tmp_path):
    account = make_account(any_app, Role.MEMBER)
    for device in ("Firefox on Windows", "Firefox on Windows", "Chrome on Android", "Chrome on Android"):
        with any_app.app_context():
            get(SignIns).begin(account.email, account.password, device)

    deliver(any_app)

    [letter] = outbox(tmp_path)
    assert letter.to == account.email
    assert "Chrome on Android" in letter.body


def test_the_password_alone_tells_nobody_of_an_operators_new_device(any_app, tmp_path):
    account = make_account(any_app)
    make_sign_in(any_app, account)
    with any_app.app_context():
        token = get(SignIns).begin(account.email, account.password, "Chrome on Android")
    assert deliver(any_app) == 0

    with any_app.app_context():
        get(SignIns).prove(token, account.code())

    deliver(any_app)
    assert len(outbox(tmp_path)) == 1


def test_a_hash_of_former_costs_is_replaced_at_the_next_sign_in(any_app):
    account = make_account(any_app, Role.MEMBER)
    former = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)).hash(account.password)
    change(any_app, Account, password_hash=former)

    with any_app.app_context():
        get(SignIns).begin(account.email, account.password, "Test browser")

    with any_app.app_context():
        found = get_db_session().query(Account).one().password_hash
        assert found != former
        assert not get(Passwords).is_outdated(found)
        assert get(SignIns).begin(account.email, account.password, "Test browser")


def refusals(app):
    with app.app_context():
        entries = get_db_session().scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
        return [(entry.actor, entry.action, entry.object) for entry in entries]


def test_each_refused_sign_in_is_remembered_without_saying_whose_address_it_was(any_app):
    """ASVS 16.3.1. As much is written for an address that nobody has."""
    account = make_account(any_app, Role.MEMBER)
    disabled = make_account(any_app, Role.MEMBER, state=AccountState.DISABLED)
    for email in (account.email, disabled.email, "nobody@example.com"):
        with any_app.app_context(), pytest.raises(SignInRefused):
            get(SignIns).begin(email, "not the password", "Test browser")

    named = (account.name, disabled.name, "nobody")
    assert refusals(any_app) == [("nobody", "sign_in.refused", name) for name in named]


def test_wrong_codes_and_passwords_of_a_begun_sign_in_are_remembered(any_app):
    account = make_account(any_app, Role.ANALYST)
    with any_app.app_context():
        token = get(SignIns).begin(account.email, account.password, "Test browser")
        with pytest.raises(CodeRefused):
            get(SignIns).prove(token, "000000")
        with pytest.raises(SignInRefused):
            get(SignIns).confirm(make_sign_in(any_app, account), "not the password")
        with pytest.raises(InvalidRequest):
            get(Accounts).change_password(account.id, "not the password", PASSWORD)
        with pytest.raises(CodeRefused):
            get(Tokens).log_in(account.email, account.password, "000000")

    name = account.name
    assert refusals(any_app) == [
        (name, action, name) for action in ("code.refused", *["password.refused"] * 2, "code.refused")
    ]
