"""ACC-2, ACC-4: what people see and change of their own account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.accounts.permissions import Role
from backend.accounts.sign_in.models import SignIn
from backend.clock import utc_now
from backend.database import get_db_session
from tests.accounts import BROWSER, form_token, make_account, make_sign_in, signed_in

ACCOUNT = "/account"


@pytest.fixture
def member(any_app):
    return make_account(any_app, Role.MEMBER)


@pytest.fixture
def browser(any_app, member):
    return signed_in(any_app.test_client(), member)


def post(client, path, page=f"{ACCOUNT}/password", **form):
    return client.post(path, data={"csrf_token": form_token(client, page), **form}, headers=BROWSER)


def told(client, path=ACCOUNT):
    """The words of a page, without its markup."""
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def age_proof(app, account, age=timedelta(minutes=11)):
    """As if the password had been typed a while ago."""
    with app.app_context():
        session = get_db_session()
        for row in session.scalars(select(SignIn).where(SignIn.account_id == account.id)):
            row.confirmed_at = utc_now() - age
        session.commit()


def test_the_account_page_asks_strangers_to_sign_in(client):
    assert client.get(ACCOUNT, headers=BROWSER).status_code == 303
    assert client.get(ACCOUNT, headers={"Accept": "application/json"}).status_code == 401


def test_people_see_who_they_are_and_where_they_are_signed_in(any_app, browser, member):
    make_sign_in(any_app, member, timedelta(days=3))

    page = told(browser)

    assert member.email in page
    assert member.public_id in page
    assert "Role Member" in page
    assert "Authenticator app Off" in page
    assert page.count("Test browser") == 3  # here, there, and in the words of the button that ends it
    assert page.count("This browser") == 1


def test_what_is_ones_own_is_never_kept(browser):
    assert browser.get(ACCOUNT, headers=BROWSER).headers["Cache-Control"] == "no-store"


def test_a_browser_can_be_signed_out_from_another(any_app, browser, member):
    other = signed_in(any_app.test_client(), member)
    number = re.search(r"/account/sign-ins/(\d+)/end", browser.get(ACCOUNT, headers=BROWSER).text)[1]

    answer = post(browser, f"{ACCOUNT}/sign-ins/{number}/end")

    assert answer.location == "/account#sign-ins"
    assert "That browser is signed out." in told(browser)
    assert other.get(ACCOUNT, headers=BROWSER).status_code == 303
    assert post(browser, f"{ACCOUNT}/sign-ins/{number}/end").status_code == 404


def test_every_other_browser_can_be_signed_out_at_once(any_app, browser, member):
    others = [signed_in(any_app.test_client(), member) for _ in range(2)]

    post(browser, f"{ACCOUNT}/sign-ins/end-others")

    assert "You are signed in nowhere else." in told(browser)
    assert {other.get(ACCOUNT, headers=BROWSER).status_code for other in others} == {303}


def test_a_message_is_told_once(any_app, browser, member):
    make_sign_in(any_app, member)
    post(browser, f"{ACCOUNT}/sign-ins/end-others")

    assert 'role="status">You are signed out everywhere else.' in browser.get(ACCOUNT, headers=BROWSER).text
    assert 'role="status"' not in browser.get(ACCOUNT, headers=BROWSER).text
