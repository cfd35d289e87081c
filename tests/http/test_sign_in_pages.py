"""ACC-1, checks 18, 21, 33: the pages where people say who they are, on both databases."""

from __future__ import annotations

import re

import pytest
from flask import session

from backend.accounts.people.models import Account, AccountState
from backend.accounts.permissions import Role
from backend.accounts.sign_in.models import SignIn
from backend.clock import utc_now
from backend.database import get_db_session
from backend.routes.access import SESSION_KEY
from tests.accounts import BROWSER, PASSWORD, form_token, make_account, sign_in_by_form, signed_in
from tests.conftest import ON_SQLITE

FUNNEL = "/analytics/funnel"
REFUSED = "The email address or password is wrong, or the address is not confirmed yet."


@pytest.fixture
def browser(any_app):
    return any_app.test_client()


@pytest.fixture
def analyst(any_app):
    return make_account(any_app, Role.ANALYST)


def post(client, path, page=None, **form):
    """Fill in the form of a page."""
    return client.post(path, data={"csrf_token": form_token(client, page or path), **form}, headers=BROWSER)


def cookie(client):
    with client.session_transaction() as found:
        return found.get(SESSION_KEY)


def test_a_stranger_is_led_to_sign_in_and_back(browser, analyst):
    asked = browser.get(f"{FUNNEL}?period=7d&tz=America/New_York", headers=BROWSER)
    form = browser.get(asked.location, headers=BROWSER).text
    target = re.search(r'name="next" value="([^"]+)"', form)[1].replace("&amp;", "&")

    answer = sign_in_by_form(browser, analyst, next=target)

    assert answer.location == f"{FUNNEL}?period=7d&tz=America/New_York"
    assert browser.get(answer.location, headers=BROWSER).status_code == 200


@ON_SQLITE
@pytest.mark.parametrize(
    ("role", "home"), [(Role.MEMBER, "/account"), (Role.ANALYST, "/analytics"), (Role.OPS, "/admin/jobs")]
)
def test_each_role_begins_where_its_work_is(any_app, browser, role, home):
    assert sign_in_by_form(browser, make_account(any_app, role)).location == home


@ON_SQLITE
@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https:evil.example", "/%2fevil.example", "x"])
def test_signing_in_never_leads_to_another_site(any_app, browser, target):
    """Check 33; every form of such an address is tried on `safe_next` itself."""
    assert sign_in_by_form(browser, make_account(any_app, Role.MEMBER), next=target).location == "/account"


def test_the_password_alone_opens_nothing_of_an_operators(browser, analyst):
    answer = post(browser, "/sign-in", email=analyst.email, password=analyst.password)

    assert answer.location == "/sign-in/code"
    asked = browser.get(FUNNEL, headers=BROWSER)
    assert asked.location.startswith("/sign-in?next=")
    assert browser.get(asked.location).location.startswith("/sign-in/code?next=")
    assert browser.get("/account", headers=BROWSER).status_code == 303


def test_each_step_changes_the_session_and_the_one_before_opens_nothing(any_app, browser, analyst):
    """Check 21."""
    with browser.session_transaction() as before:
        before["draft"] = "of somebody else"
    tokens = [form_token(browser)]
    post(browser, "/sign-in", email=analyst.email, password=analyst.password)
    half = cookie(browser)
    post(browser, "/sign-in/code", code=analyst.code())
    whole = cookie(browser)
    with browser.session_transaction() as after:
        assert "draft" not in after
    tokens.append(form_token(browser, FUNNEL))

    assert len({None, half, whole}) == 3
    assert tokens[0] != tokens[1]
    thief = any_app.test_client()
    with thief.session_transaction() as stolen:
        stolen[SESSION_KEY] = half
    assert thief.get(FUNNEL, headers=BROWSER).status_code == 303


def test_signing_in_again_ends_the_sign_in_before(any_app, browser):
    first = make_account(any_app, Role.MEMBER)
    signed_in(browser, first)
    before = cookie(browser)
    with browser.session_transaction() as found:
        found.pop(SESSION_KEY)
    token = form_token(browser)
    with browser.session_transaction() as found:
        found[SESSION_KEY] = before

    form = {"csrf_token": token, "email": first.email, "password": PASSWORD}
    assert browser.post("/sign-in", data=form, headers=BROWSER).status_code == 303

    with any_app.app_context():
        assert [row.ended_at is None for row in get_db_session().query(SignIn).order_by(SignIn.id)] == [False, True]


@ON_SQLITE
@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("known", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("no address", "x"),
        ("\x00", "x"),
        ("unverified", PASSWORD),
    ],
)
def test_every_refusal_is_one_sentence(any_app, browser, email, password):
    known = make_account(any_app, Role.MEMBER)
    unverified = make_account(any_app, Role.MEMBER, state=AccountState.UNVERIFIED)
    email = {"known": known.email, "unverified": unverified.email}.get(email, email)

    answer = post(browser, "/sign-in", email=email, password=password, next="/account/email")

    assert answer.status_code == 401
    assert answer.text.count(REFUSED) == 2
    assert "<title>Error: Sign in" in answer.text
    assert 'value="/account/email"' in answer.text
    assert PASSWORD not in answer.text
    assert cookie(browser) is None


@ON_SQLITE
def test_empty_fields_are_named_together_beside_the_fields_and_above(browser):
    answer = post(browser, "/sign-in")

    assert answer.status_code == 422
    assert answer.text.count("Enter your email address.") == 2
    assert answer.text.count("Enter your password.") == 2


@ON_SQLITE
def test_a_form_without_its_token_or_from_another_site_is_refused(browser, analyst):
    """Check 18."""
    form = {"email": analyst.email, "password": analyst.password}
    assert browser.post("/sign-in", data=form).status_code == 400
    form["csrf_token"] = form_token(browser)
    assert browser.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@ON_SQLITE
@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"Origin": "https://other.example"}, False),
        ({"Origin": "http://localhost.other.example"}, False),
        ({"Origin": "https://other.example", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "https://localhost"}, True),
        ({}, True),
    ],
)
def test_a_form_with_its_token_comes_from_this_site(browser, headers, taken):
    answer = browser.post("/sign-in", data={"csrf_token": form_token(browser)}, headers={**BROWSER, **headers})

    assert answer.status_code == (422 if taken else 403)


def test_five_wrong_codes_end_the_half_finished_sign_in(any_app, browser, analyst):
    post(browser, "/sign-in", email=analyst.email, password=analyst.password)
    answers = [post(browser, "/sign-in/code", code="000000") for _ in range(4)]
    assert {answer.status_code for answer in answers} == {401}
    assert answers[-1].text.count("The code is wrong or has been used.") == 2

    form = {"csrf_token": form_token(browser, "/sign-in/code"), "code": "000000"}
    assert browser.post("/sign-in/code", data=form, headers=BROWSER).location == "/sign-in"

    form = {"csrf_token": form_token(browser), "code": analyst.code()}
    assert browser.post("/sign-in/code", data=form, headers=BROWSER).location == "/sign-in"
    assert browser.get(FUNNEL, headers=BROWSER).status_code == 303


def test_signing_out_ends_the_sign_in_for_a_copy_of_its_cookie_too(any_app, analyst):
    here, copy = (signed_in(any_app.test_client(), analyst) for _ in range(2))
    with copy.session_transaction() as stolen:
        stolen[SESSION_KEY] = cookie(here)

    answer = post(here, "/sign-out", FUNNEL)

    assert answer.location == "/sign-in"
    assert "You’re signed out." in here.get("/sign-in").text
    assert copy.get(FUNNEL, headers=BROWSER).status_code == 303


def test_whoever_is_signed_in_need_not_sign_in_again(any_app, browser, analyst):
    signed_in(browser, analyst)

    assert browser.get("/sign-in?next=/analytics/funnel.csv").location == "/analytics/funnel.csv"


@ON_SQLITE
@pytest.mark.parametrize(("role", "kept"), [(Role.MEMBER, True), (Role.ANALYST, False)])
def test_only_members_may_stay_signed_in_when_the_browser_is_closed(any_app, browser, role, kept):
    sign_in_by_form(browser, make_account(any_app, role), stays="1")

    with browser:
        browser.get("/methodology")
        assert session.permanent is kept


def test_an_operator_without_a_second_factor_comes_to_set_one_up_and_nowhere_else(any_app, browser):
    account = make_account(any_app, Role.ADMIN, two_factor=False)

    assert post(browser, "/sign-in", email=account.email, password=PASSWORD).location == "/account/second-factor"
    for path in (FUNNEL, "/account", "/account/password", "/account/recovery-codes"):
        asked = browser.get(path, headers=BROWSER)
        assert asked.location.startswith("/sign-in?next=")
        assert browser.get(asked.location).location.startswith("/account/second-factor")


def test_a_second_factor_is_set_up_from_the_page(any_app, browser):
    account = make_account(any_app, Role.ANALYST, two_factor=False)
    post(browser, "/sign-in", email=account.email, password=PASSWORD, next=FUNNEL)
    post(browser, "/account/second-factor", next=FUNNEL)
    page = browser.get(f"/account/second-factor?next={FUNNEL}").text
    secret = "".join(re.search(r'class="secret"><code>([^<]+)<', page)[1].split())
    assert 'src="data:image/svg+xml' in page
    known = type(account)(account.id, account.public_id, account.email, PASSWORD, secret)

    wrong = post(browser, "/account/second-factor/confirm", "/account/second-factor", code="123", next=FUNNEL)
    answer = post(browser, "/account/second-factor/confirm", "/account/second-factor", code=known.code(), next=FUNNEL)

    assert wrong.status_code == 422
    assert wrong.text.count("This is not the code your app shows now.") == 2
    assert len(re.findall(r"<li>[0-9a-z]{5}-[0-9a-z]{5}</li>", answer.text)) == 10
    assert f'href="{FUNNEL}"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.get(FUNNEL, headers=BROWSER).status_code == 200


def test_a_second_factor_is_not_changed_in_a_browser_that_was_left_open(any_app, browser):
    signed_in(browser, make_account(any_app, Role.MEMBER))
    with any_app.app_context():
        row = get_db_session().query(SignIn).one()
        row.confirmed_at = utc_now().replace(year=2020)
        get_db_session().commit()

    assert browser.get("/account/second-factor", headers=BROWSER).location.startswith("/account/confirm?next=")
    with any_app.app_context():
        assert get_db_session().query(Account).one().totp_secret is None


@ON_SQLITE
def test_where_people_sign_in_managers_of_passwords_can_help(browser):
    page = browser.get("/sign-in").text

    assert re.search(r'type="email"[^>]+autocomplete="username"', page)
    assert re.search(r'type="password"[^>]+autocomplete="current-password"', page)
    assert "onpaste" not in page


HEADER = re.compile(r'<nav class="whoami.*?</nav>|<details class="pop pop--end user".*?</details>', re.DOTALL)


def header(page):
    return HEADER.search(page)[0]


@ON_SQLITE
def test_the_header_says_how_far_one_is(any_app, browser, analyst):
    asked = header(browser.get("/sign-in").text)
    post(browser, "/sign-in", email=analyst.email, password=analyst.password)
    half = [header(browser.get(page, headers=BROWSER).text) for page in ("/sign-in/code", "/methodology")]
    wrong = header(post(browser, "/sign-in/code", code="1").text)
    post(browser, "/sign-in/code", code=analyst.code())
    whole = header(browser.get("/account", headers=BROWSER).text)

    assert ">Sign in<" in asked
    for part in (*half, wrong):
        assert ">Signing in<" in part
        assert ">Cancel<" in part
        assert ">Sign in<" not in part
    assert analyst.email in whole
    assert ">Sign out<" in whole


@ON_SQLITE
def test_whoever_has_just_set_up_their_app_is_signed_in_in_the_header(any_app, browser):
    account = make_account(any_app, Role.ANALYST, two_factor=False)
    post(browser, "/sign-in", email=account.email, password=PASSWORD)
    post(browser, "/account/second-factor")
    before = header(browser.get("/account/second-factor").text)
    secret = "".join(re.search(r'class="secret"><code>([^<]+)<', browser.get("/account/second-factor").text)[1].split())
    known = type(account)(account.id, account.public_id, account.email, PASSWORD, secret)

    page = post(browser, "/account/second-factor/confirm", "/account/second-factor", code=known.code()).text

    assert ">Signing in<" in before
    assert account.email in header(page)
    assert ">Sign out<" in header(page)


@ON_SQLITE
def test_whoever_is_signed_in_is_not_asked_to_sign_in_or_up(any_app, browser, analyst):
    signed_in(browser, analyst)

    assert browser.get("/sign-in").location == "/analytics"
    assert browser.get("/sign-in?next=/account/keys").location == "/account/keys"
    assert browser.get("/sign-up").location == "/account"


@ON_SQLITE
@pytest.mark.parametrize(("role", "title"), [(Role.ANALYST, "Replace your"), (Role.MEMBER, "Replace or remove your")])
def test_whoever_has_an_app_is_shown_how_to_replace_it(any_app, browser, role, title):
    signed_in(browser, make_account(any_app, role, two_factor=True))

    page = browser.get("/account/second-factor", headers=BROWSER, follow_redirects=True).text

    assert f"{title} authenticator app" in page
    assert "Set up" not in page


def test_a_member_replaces_the_app_or_goes_without(any_app, browser):
    account = make_account(any_app, Role.MEMBER, two_factor=True)
    signed_in(browser, account)
    remove = "/account/second-factor/remove"

    assert post(browser, remove, code=account.code(), replace="1").location == "/account/second-factor"
    other = signed_in(any_app.test_client(), another := make_account(any_app, Role.MEMBER, two_factor=True))
    assert post(other, remove, code=another.code()).location == "/account"
