"""ACC-1: from stranger to member, from forgotten to new password; nobody learns whose addresses have accounts."""

from __future__ import annotations

import re

import pytest

from backend.accounts.people.models import Account, AccountState
from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Role
from backend.database import get_db_session
from backend.plugins import get
from tests.accounts import BROWSER, PASSWORD, form_token, make_account, sign_in_by_form, signed_in
from tests.conftest import ON_SQLITE, close, make_app, make_settings
from tests.letters import deliver, outbox

ADDRESS = "ada@example.com"
OTHER = "quite another set of words"


@pytest.fixture
def browser(any_app):
    return any_app.test_client()


def post(client, path, page=None, **form):
    return client.post(path, data={"csrf_token": form_token(client, page or path), **form}, headers=BROWSER)


def mailed_path(app, folder):
    """The path of the link in the newest letter."""
    deliver(app)
    return re.search(r"http://127\.0\.0\.1:5000(/\w+/[\w-]{43})\n", outbox(folder)[-1].body)[1]


@pytest.mark.parametrize("page", ["/sign-up/sent", "/reset/sent"])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, True),
        ({"SMTP_HOST": "mail.example"}, False),
        ({"MINGUS_ENV": "production", "PUBLIC_URL": "https://mingus.example"}, False),
    ],
)
def test_without_a_mail_server_a_developer_is_told_where_the_letter_is(instance, page, given, told):
    app = make_app(make_settings(instance, **given))

    answer = app.test_client().get(page, headers=BROWSER, base_url="https://mingus.example")
    close(app)

    assert answer.status_code == 200
    assert (str(instance / "outbox") in answer.text) is told


def test_a_stranger_becomes_a_member(any_app, browser, tmp_path):
    assert post(browser, "/sign-up", email=ADDRESS, password=PASSWORD).location == "/sign-up/sent"
    link = mailed_path(any_app, tmp_path)
    assert browser.get(link).status_code == 200
    assert post(browser, link, password="wrong").status_code == 422

    answer = post(browser, link, password=PASSWORD)

    assert answer.location == "/account"
    assert ADDRESS in browser.get("/account").text


@pytest.mark.parametrize("path", ["/sign-up", "/reset"])
def test_known_and_unknown_addresses_get_the_same_answer(any_app, browser, path):
    make_account(any_app, Role.MEMBER, ADDRESS)

    answers = [post(browser, path, email=email, password=OTHER) for email in (ADDRESS, "nobody@example.com")]

    assert len({(a.status_code, a.location, a.text) for a in answers}) == 1
    assert [answer.status_code for answer in answers] == [303, 303]


@ON_SQLITE
def test_bad_fields_are_named_together_and_what_was_typed_stays(browser):
    answer = post(browser, "/sign-up", email="ada@", password="short")

    assert answer.status_code == 422
    assert answer.text.count("Enter an email address, like name@example.com.") == 2
    assert answer.text.count("Use at least 8 characters.") == 2
    assert 'value="ada@"' in answer.text
    assert "short" not in answer.text
    assert "<title>Error: Sign up" in answer.text


def test_a_new_member_can_be_nothing_but_a_member(any_app, browser):
    """Check 26."""
    more = {"role": "admin", "state": "active", "verified_at": "2026-01-01", "epoch": "9", "id": "7"}
    post(browser, "/sign-up", email=ADDRESS, password=PASSWORD, **more)

    with any_app.app_context():
        account = get_db_session().query(Account).one()
        assert (account.role, account.state, account.verified_at, account.epoch) == ("member", "unverified", None, 1)


def test_a_forgotten_password_is_replaced_by_a_mailed_link(any_app, browser, tmp_path):
    account = make_account(any_app, Role.MEMBER, ADDRESS)
    elsewhere = signed_in(any_app.test_client(), account)
    post(browser, "/reset", email=ADDRESS)
    link = mailed_path(any_app, tmp_path)
    weak = post(browser, link, password="password1")
    assert (weak.status_code, weak.text.count("This is one of the most common passwords.")) == (422, 2)

    answer = post(browser, link, password=OTHER)

    assert answer.location == "/sign-in"
    assert "Your new password is set." in browser.get("/sign-in").text
    assert elsewhere.get("/account", headers=BROWSER).status_code == 303
    changed = type(account)(account.id, account.public_id, ADDRESS, OTHER, None)
    assert sign_in_by_form(browser, changed).location == "/account"


def test_a_reset_does_not_pass_the_second_factor_by(any_app, browser, tmp_path):
    account = make_account(any_app, Role.ANALYST, ADDRESS)
    post(browser, "/reset", email=ADDRESS)

    post(browser, mailed_path(any_app, tmp_path), password=OTHER)

    assert post(browser, "/sign-in", email=ADDRESS, password=OTHER).location == "/sign-in/code"
    assert account.totp_secret


def test_an_invited_analyst_arrives_at_the_second_factor(any_app, browser, tmp_path):
    with any_app.app_context():
        get(Accounts).invite("cli", ADDRESS, Role.ANALYST)

    answer = post(browser, mailed_path(any_app, tmp_path), password=PASSWORD)

    assert answer.location == "/account/second-factor"


def test_a_new_address_is_taken_by_a_press_of_a_button(any_app, browser, tmp_path):
    account = make_account(any_app, Role.MEMBER, ADDRESS)
    with any_app.app_context():
        get(Accounts).ask_email_change(account.id, PASSWORD, "countess@example.com")
    link = mailed_path(any_app, tmp_path)

    answer = post(browser, link)

    assert answer.location == "/sign-in"
    changed = type(account)(account.id, account.public_id, "countess@example.com", PASSWORD, None)
    assert sign_in_by_form(browser, changed).location == "/account"


def test_opening_a_link_changes_nothing(any_app, browser, tmp_path):
    """Check 18: programs that read mail open links too."""
    post(browser, "/sign-up", email=ADDRESS, password=PASSWORD)
    link = mailed_path(any_app, tmp_path)

    for _ in range(3):
        assert browser.get(link).status_code == 200

    with any_app.app_context():
        assert get_db_session().query(Account).one().state == AccountState.UNVERIFIED


@pytest.mark.parametrize("kind", ["verify", "reset", "invitation", "email"])
def test_a_link_that_is_gone_says_so_and_what_to_do(browser, kind):
    answer = browser.get(f"/{kind}/{'x' * 43}", headers=BROWSER)

    assert answer.status_code == 404
    assert "This link no longer works" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    form = {"csrf_token": form_token(browser), "password": OTHER}
    assert browser.post(f"/{kind}/{'x' * 43}", data=form, headers=BROWSER).status_code == 404
