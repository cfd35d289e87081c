"""The link that `make run` prints: one click to the dashboards, for whoever started the server and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.accounts.people.models import Account
from backend.accounts.permissions import Role
from backend.accounts.sign_in import service
from backend.accounts.sign_in.models import SignIn
from backend.audit.models import AuditEntry
from backend.clock import utc_now
from backend.database import get_db_session
from tests.accounts import BROWSER, form_token, make_account, signed_in
from tests.conftest import ON_SQLITE, close, make_app, make_settings

DASHBOARDS = "/analytics"
PRODUCTION = {"MINGUS_ENV": "production", "PUBLIC_URL": "https://mingus.example"}


def link(app):
    return f"/first-look/{app.config['FIRST_LOOK']}"


def follow(client, **request):
    return client.get(link(client.application), headers=BROWSER | request.pop("headers", {}), **request)


def rows(app, statement):
    with app.app_context():
        return get_db_session().execute(statement).all()


@pytest.fixture
def looking(any_app):
    """A browser that followed the link."""
    client = any_app.test_client()
    assert follow(client).location == DASHBOARDS
    return client


def test_it_leads_to_the_dashboards_without_a_second_factor(looking):
    page = looking.get(DASHBOARDS, headers=BROWSER)

    assert page.status_code == 200
    assert "admin@localhost" in page.text
    assert looking.get("/admin/accounts", headers=BROWSER).status_code == 200


def test_it_works_once_and_then_says_how_to_get_another(any_app, looking):
    other = any_app.test_client()

    answer = follow(other)

    assert answer.status_code == 410
    assert "make run" in answer.text
    assert other.get(DASHBOARDS, headers=BROWSER).location.startswith("/sign-in")
    assert follow(looking).location == DASHBOARDS


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}]
)
@ON_SQLITE
def test_a_browser_that_fetches_ahead_does_not_use_it_up(any_app, headers):
    client = any_app.test_client()

    assert follow(client, headers=headers).status_code == 503
    assert client.head(link(any_app)).status_code == 503
    assert follow(client).location == DASHBOARDS


def test_it_is_in_the_audit_log_like_any_sign_in(any_app, looking):
    [(account,)] = rows(any_app, select(Account.public_id))
    entries = rows(any_app, select(AuditEntry.actor, AuditEntry.action, AuditEntry.object).order_by(AuditEntry.number))

    name = f"account:{account}"
    assert [tuple(entry) for entry in entries] == [
        ("cli", "account.created", name),
        (name, "sign_in.proven", name),
    ]


@ON_SQLITE
def test_a_new_start_has_another_link_for_the_same_admin_and_ends_what_the_one_before_began(any_app, looking, instance):
    again = make_app(make_settings(instance))
    with looking.session_transaction() as cookie:
        token = cookie["sign_in"]
    left = signed_in_with(again.test_client(), token)

    assert left.get(DASHBOARDS, headers=BROWSER).location.startswith("/sign-in")
    assert again.test_client().get(link(any_app)).status_code == 404
    assert follow(again.test_client()).location == DASHBOARDS
    assert rows(again, select(func.count()).select_from(Account)) == [(1,)]
    close(again)


def signed_in_with(client, token):
    with client.session_transaction() as cookie:
        cookie["sign_in"] = token
    return client


@ON_SQLITE
def test_no_other_sign_in_of_that_admin_goes_without_a_second_factor(any_app, looking):
    with any_app.app_context():
        session = get_db_session()
        [row] = session.scalars(select(SignIn)).all()
        now = utc_now()
        values = {"created_at": now, "seen_at": now, "confirmed_at": now, "wrong_codes": 0, "device": "x"}
        digest = service.digest_of("another")
        session.add(SignIn(digest=digest, account_id=row.account_id, epoch=row.epoch, **values))
        session.commit()

    other = signed_in_with(any_app.test_client(), "another")

    assert other.get("/sign-in", headers=BROWSER).location == "/account/second-factor"
    assert other.get(DASHBOARDS, headers=BROWSER).location.startswith("/sign-in")


@ON_SQLITE
def test_an_admin_who_followed_it_in_the_same_browser_is_signed_out(any_app):
    client = signed_in(any_app.test_client(), make_account(any_app, Role.ADMIN))

    follow(client)

    assert [ended is None for (ended,) in rows(any_app, select(SignIn.ended_at).order_by(SignIn.id))] == [False, True]


@ON_SQLITE
def test_nobody_asks_for_a_password_that_the_local_admin_does_not_have(any_app, looking, monkeypatch):
    with any_app.app_context():
        [row] = get_db_session().scalars(select(SignIn)).all()
        row.confirmed_at -= timedelta(hours=1)
        get_db_session().commit()

    form = {"csrf_token": form_token(looking, "/admin/accounts/invite"), "email": "ada@example.com", "role": "analyst"}

    assert looking.post("/admin/accounts/invite", data=form, headers=BROWSER).location == "/admin/accounts"


@ON_SQLITE
def test_a_local_admin_who_was_disabled_stays_out(any_app, looking, instance):
    with any_app.app_context():
        [account] = get_db_session().scalars(select(Account)).all()
        account.state = "disabled"
        get_db_session().commit()
    again = make_app(make_settings(instance))

    answer = follow(again.test_client())

    assert (answer.status_code, "was disabled" in answer.text) == (409, True)
    close(again)


@pytest.mark.parametrize(
    "given",
    [PRODUCTION, {"HOST": "0.0.0.0"}, {"HOST": "192.0.2.7"}, {"TRUSTED_PROXIES": 1}],
    ids=["production", "every address", "an address of the network", "behind a proxy"],
)
def test_a_server_that_others_reach_has_no_such_route(instance, given):
    app = make_app(make_settings(instance, **given))

    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/first-look")]
    assert app.config["FIRST_LOOK"] == ""
    assert app.test_client().get("/first-look/x", base_url="https://localhost").status_code == 404
    close(app)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
        {"headers": {"Forwarded": "for=192.0.2.7"}},
    ],
)
def test_whoever_asks_from_elsewhere_finds_nothing_and_uses_nothing_up(client, elsewhere):
    assert follow(client, **elsewhere).status_code == 404
    assert follow(client, environ_base={"REMOTE_ADDR": "::1"}).location == DASHBOARDS


@pytest.mark.parametrize("token", ["x", "é", "%FF", "a" * 500])
def test_a_guess_finds_nothing(client, token):
    assert client.get(f"/first-look/{token}").status_code == 404
