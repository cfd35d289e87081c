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
from backend.jobs.models import Job
from backend.routes.access import SESSION_KEY
from tests.accounts import BROWSER, PASSWORD, form_token, make_account, make_sign_in, signed_in
from tests.conftest import ON_SQLITE

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


def cookie(client):
    with client.session_transaction() as session:
        return session[SESSION_KEY]


def letters(app):
    """The kinds of the letters that wait to be sent."""
    with app.app_context():
        return [job.payload["letter"] for job in get_db_session().scalars(select(Job).order_by(Job.id))]


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


@ON_SQLITE
def test_what_is_ones_own_is_never_kept(browser):
    assert browser.get(ACCOUNT, headers=BROWSER).headers["Cache-Control"] == "no-store"


def test_a_browser_can_be_signed_out_from_another(any_app, browser, member):
    other = signed_in(any_app.test_client(), member)
    number = re.search(r"/account/sign-ins/(\d+)/end", browser.get(ACCOUNT, headers=BROWSER).text)[1]

    answer = post(browser, f"{ACCOUNT}/sign-ins/{number}/end")

    assert answer.location == "/account#sign-ins"
    assert "That browser has been signed out." in told(browser)
    assert other.get(ACCOUNT, headers=BROWSER).status_code == 303
    assert post(browser, f"{ACCOUNT}/sign-ins/{number}/end").status_code == 404


def test_every_other_browser_can_be_signed_out_at_once(any_app, browser, member):
    others = [signed_in(any_app.test_client(), member) for _ in range(2)]

    post(browser, f"{ACCOUNT}/sign-ins/end-others")

    assert "You aren’t signed in anywhere else." in told(browser)
    assert {other.get(ACCOUNT, headers=BROWSER).status_code for other in others} == {303}


@ON_SQLITE
def test_a_message_is_told_once(any_app, browser, member):
    make_sign_in(any_app, member)
    post(browser, f"{ACCOUNT}/sign-ins/end-others")

    assert 'role="status">You’re signed out everywhere else.' in browser.get(ACCOUNT, headers=BROWSER).text
    assert 'role="status"' not in browser.get(ACCOUNT, headers=BROWSER).text


def test_a_new_password_ends_every_other_sign_in(any_app, browser, member):
    other, before = signed_in(any_app.test_client(), member), cookie(browser)

    answer = post(browser, f"{ACCOUNT}/password", old_password=PASSWORD, new_password="a cow that mends clocks")

    assert (answer.status_code, answer.location) == (303, ACCOUNT)
    assert "Your password has been changed." in told(browser)
    assert cookie(browser) != before
    assert other.get(ACCOUNT, headers=BROWSER).status_code == 303
    assert letters(any_app) == ["password_changed"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("", "a cow that mends clocks", "Enter your current password."),
        ("wrong", "a cow that mends clocks", "This is not your password."),
        (PASSWORD, "", "Enter a new password."),
        (PASSWORD, "short", "at least 8 characters"),
        (PASSWORD, "password123", "common"),
    ],
)
def test_a_password_that_will_not_do_is_told_and_changes_nothing(app, old, new, message):
    client = signed_in(app.test_client(), make_account(app, Role.MEMBER))

    answer = post(client, f"{ACCOUNT}/password", old_password=old, new_password=new)

    assert answer.status_code == 422
    assert answer.text.count(message) >= 2
    assert 'role="alert"' in answer.text
    assert not [typed for typed in (old, new) if typed and f'value="{typed}"' in answer.text]
    assert client.get(ACCOUNT, headers=BROWSER).status_code == 200


def test_a_new_address_is_asked_for_with_the_password(any_app, browser, member):
    answer = post(browser, f"{ACCOUNT}/email", email="New@Example.com ", password=PASSWORD)

    assert (answer.status_code, answer.location) == (303, ACCOUNT)
    page = told(browser)
    assert "the link for New@example.com was saved as a file" in page
    assert member.email in page
    assert letters(any_app) == ["email_change"]


def test_nobody_learns_that_an_address_has_an_account(any_app, browser):
    taken = make_account(any_app, Role.MEMBER)

    answer = post(browser, f"{ACCOUNT}/email", email=taken.email, password=PASSWORD)

    assert answer.location == ACCOUNT
    assert f"the link for {taken.email} was saved as a file" in told(browser)
    assert letters(any_app) == ["exists"]


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"email": "no address", "password": PASSWORD}, "Enter an email address, like name@example.com."),
        ({"email": "new@example.com"}, "Enter your password."),
        ({"email": "new@example.com", "password": "wrong"}, "This is not your password."),
    ],
)
def test_a_new_address_that_will_not_do_is_told(app, form, message):
    client = signed_in(app.test_client(), make_account(app, Role.MEMBER))

    answer = post(client, f"{ACCOUNT}/email", **form)

    assert answer.status_code == 422
    assert answer.text.count(message) == 2
    assert f'value="{form["email"]}"' in answer.text
    assert letters(app) == []


def test_new_recovery_codes_are_shown_once(any_app):
    client = signed_in(any_app.test_client(), make_account(any_app, Role.ANALYST))

    codes = re.findall(r"<li>([0-9a-z]{5}-[0-9a-z]{5})</li>", post(client, f"{ACCOUNT}/recovery-codes").text)

    assert len(set(codes)) == 10
    assert "10 of 10 left" in told(client)
    assert codes[0] not in client.get(f"{ACCOUNT}/recovery-codes", headers=BROWSER).text


def test_a_member_may_go_back_to_the_password_alone(any_app):
    member = make_account(any_app, Role.MEMBER, two_factor=True)
    client, other = (signed_in(any_app.test_client(), member) for _ in range(2))

    wrong = post(client, f"{ACCOUNT}/second-factor/remove", code="000000")
    assert wrong.status_code == 422
    assert wrong.text.count("nor an unused recovery code.") == 2
    assert "On since" in told(client)

    assert post(client, f"{ACCOUNT}/second-factor/remove", code=member.code()).location == ACCOUNT
    assert "Authenticator app Off" in told(client)
    assert other.get(ACCOUNT, headers=BROWSER).status_code == 303


def test_an_operator_who_replaces_theirs_is_led_to_set_up_the_next(any_app):
    """And can do nothing else until then."""
    analyst = make_account(any_app, Role.ANALYST)
    client = signed_in(any_app.test_client(), analyst)

    answer = post(client, f"{ACCOUNT}/second-factor/remove", code=analyst.code())

    assert answer.location == f"{ACCOUNT}/second-factor"
    assert client.get(answer.location, headers=BROWSER).status_code == 200
    assert client.get("/analytics/funnel", headers=BROWSER).status_code == 303


@ON_SQLITE
def test_fields_that_no_form_has_are_ignored(any_app, browser, member):
    """Check 26."""
    extra = {"role": "admin", "plan": "pro", "id": "1", "state": "disabled", "account_id": "1", "public_id": "x"}

    post(browser, f"{ACCOUNT}/password", old_password=PASSWORD, new_password="a cow that mends clocks", **extra)

    page = told(browser)
    assert "Role Member" in page
    assert member.public_id in page
