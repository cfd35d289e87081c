"""ACC-1 in a real browser: the way in without JavaScript, by keyboard, in both colour schemes, wide and narrow."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Role
from backend.plugins import get
from tests.accounts import PASSWORD, MadeAccount, make_account, signed_in_cookie
from tests.browser.signing_in import sign_in_by_hand, sign_out
from tests.browser.test_accessibility import assert_sound
from tests.letters import deliver, outbox

ADDRESS = "ada@example.com"


@pytest.fixture
def plain(chromium):
    """A browser without JavaScript."""
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def tested(chromium):
    """Axe is our own script, so the page's policy is put aside for it; other tests watch that policy."""
    context = chromium.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def mailed(app, folder, server):
    deliver(app)
    return server.url + re.search(r"http://127\.0\.0\.1:5000(/\w+/[\w-]{43})\n", outbox(folder)[-1].body)[1]


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def heading(page, text):
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def shown_secret(page):
    page.locator("summary", has_text="Can’t scan it?").click()
    return "".join(page.locator(".secret code").inner_text().split())


def test_a_visitor_becomes_a_member_without_javascript(server, app, instance, plain):
    plain.goto(f"{server.url}/sign-up")
    plain.get_by_label("Email address").fill(ADDRESS)
    plain.get_by_label("Password", exact=True).fill(PASSWORD)
    press(plain, "Sign up")
    heading(plain, "Confirm your address")

    plain.goto(mailed(app, instance, server))
    plain.get_by_label("Password", exact=True).fill(PASSWORD)
    press(plain, "Confirm and sign in")

    heading(plain, "Your account")
    sign_out(plain)
    expect(plain.get_by_role("status")).to_have_text("You’re signed out.")
    sign_in_by_hand(plain, MadeAccount(0, "", ADDRESS, PASSWORD, None))
    heading(plain, "Your account")


def test_an_invited_analyst_sets_up_a_second_factor_without_javascript(server, app, instance, plain):
    with app.app_context():
        get(Accounts).invite("cli", ADDRESS, Role.ANALYST)
    plain.goto(mailed(app, instance, server))
    plain.get_by_label("Password", exact=True).fill(PASSWORD)
    press(plain, "Continue")
    heading(plain, "Set up your authenticator app")
    press(plain, "Show the QR code")
    account = MadeAccount(0, "", ADDRESS, PASSWORD, shown_secret(plain))

    plain.get_by_label("Code", exact=True).fill(account.code())
    press(plain, "Continue")

    codes = plain.locator(".codes li").all_inner_texts()
    plain.get_by_role("link", name="I’ve saved them").click()
    expect(plain).to_have_url(f"{server.url}/analytics")
    sign_out(plain)
    plain.get_by_label("Email address").fill(ADDRESS)
    plain.get_by_label("Password", exact=True).fill(PASSWORD)
    press(plain, "Sign in")
    plain.get_by_label("Code", exact=True).fill(codes[0])
    press(plain, "Continue")
    expect(plain).to_have_url(f"{server.url}/analytics")


def test_an_error_is_announced_focused_and_leads_to_its_field(server, page):
    page.goto(f"{server.url}/sign-up")
    page.get_by_label("Email address").fill("ada@")
    page.get_by_label("Password", exact=True).press("Enter")

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Enter an email address, like name@example.com.").click()
    expect(page.get_by_label("Email address")).to_be_focused()
    expect(page.get_by_label("Email address")).to_have_value("ada@")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")


def test_a_password_may_be_pasted(server, page):
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("Email address").fill(PASSWORD)
    page.get_by_label("Email address").press("Control+a")
    page.get_by_label("Email address").press("Control+c")

    page.get_by_label("Password", exact=True).press("Control+v")

    expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)


def test_every_step_of_a_second_factor_is_sound(server, app, tested):
    account = make_account(app, Role.ANALYST, two_factor=False)
    tested.goto(f"{server.url}/sign-in")
    tested.get_by_label("Password", exact=True).press("Enter")
    assert_sound(tested)
    tested.get_by_label("Email address").fill(account.email)
    tested.get_by_label("Password", exact=True).fill(PASSWORD)
    press(tested, "Sign in")
    assert_sound(tested)
    press(tested, "Show the QR code")
    tested.wait_for_load_state()
    assert_sound(tested)
    secret = "".join(tested.locator(".secret code").inner_text().split())
    known = MadeAccount(account.id, account.public_id, account.email, PASSWORD, secret)
    tested.get_by_label("Code", exact=True).fill(known.code())
    press(tested, "Continue")
    heading(tested, "Your app is set up. Save your recovery codes")
    assert_sound(tested)


def test_the_pages_behind_links_are_sound(server, app, instance, tested):
    account = make_account(app, Role.MEMBER)
    with app.app_context():
        accounts = get(Accounts)
        paths = [accounts.invite("cli", ADDRESS, Role.ANALYST)]
        accounts.ask_reset(account.email)
        accounts.ask_email_change(account.id, PASSWORD, "new@example.com")
        accounts.sign_up("eve@example.com", PASSWORD)
    deliver(app)
    paths += [found[0] for letter in outbox(instance) for found in [re.search(r"/\w+/[\w-]{43}", letter.body)] if found]

    assert {path.split("/")[1] for path in paths} == {"invitation", "reset", "email", "verify"}
    for path in sorted(set(paths)):
        tested.goto(server.url + path)
        assert_sound(tested)


def test_the_page_that_asks_for_the_code_is_sound(server, app, tested):
    account = make_account(app, Role.ANALYST)
    tested.goto(f"{server.url}/sign-in")
    tested.get_by_label("Email address").fill(account.email)
    tested.get_by_label("Password", exact=True).fill(PASSWORD)
    press(tested, "Sign in")
    tested.get_by_label("Code", exact=True).fill("000000")
    press(tested, "Continue")
    expect(tested.get_by_role("alert")).to_be_focused()
    assert_sound(tested)


def test_somebody_signed_in_adds_a_second_factor(server, app, page):
    account = make_account(app, Role.MEMBER)
    page.context.add_cookies([signed_in_cookie(app, account, server.url)])
    page.goto(f"{server.url}/account/second-factor")
    press(page, "Show the QR code")
    expect(page.get_by_role("img", name="A QR code")).to_be_visible()
    known = MadeAccount(account.id, account.public_id, account.email, PASSWORD, shown_secret(page))

    page.get_by_label("Code", exact=True).fill(known.code())
    press(page, "Continue")

    page.get_by_role("link", name="I’ve saved them").click()
    heading(page, "Your account")
