"""The pages of one's account and of all accounts, in a real browser, with and without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.accounts.people.models import AccountState
from backend.accounts.permissions import Role
from tests.accounts import PASSWORD, make_account, make_sign_in, signed_in_cookie
from tests.browser.signing_in import account_menu
from tests.browser.test_accessibility import assert_sound, page  # noqa: F401  (its page lets axe in)
from tests.http.test_account_page import age_proof

OWN = [
    "/account",
    "/account/email",
    "/account/password",
    "/account/confirm",
    "/account/recovery-codes",
    "/account/second-factor/remove",
]
ADMINS = [
    "/admin/accounts",
    "/admin/accounts?q=half",
    "/admin/accounts?q=nobody@example.com",
    "/admin/accounts?page=2",
    "/admin/accounts/invite",
]
LONG = "somebody.with.a.very.long.name.indeed@a-department-far-away.example.com"


@pytest.fixture
def admin(app):
    return make_account(app, Role.ADMIN, email=LONG)


@pytest.fixture
def visit(app, server, admin, page):  # noqa: F811
    """Open an address as the admin."""
    page.context.add_cookies([signed_in_cookie(app, admin, server.url)])

    def go(address):
        page.goto(server.url + address)
        return page

    return go


def test_every_page_of_ones_account_is_sound(app, admin, visit):
    make_sign_in(app, admin, timedelta(hours=3))

    for address in OWN:
        assert_sound(visit(address))


def test_every_page_of_all_accounts_is_sound(app, visit):
    listed = [make_account(app, Role.OPS, email=f"{state}.{LONG}", state=state) for state in AccountState]

    for address in [*ADMINS, *(f"/admin/accounts/{account.public_id}" for account in listed)]:
        assert_sound(visit(address))


def test_forms_with_errors_are_sound_and_say_so_first(visit):
    for address, button in (
        ("/account/password", "Change my password"),
        ("/admin/accounts/invite", "Send the invitation"),
    ):
        shown = visit(address)
        shown.get_by_role("button", name=button).click()
        shown.wait_for_load_state()
        assert shown.title().startswith("Error: ")
        assert shown.evaluate("document.activeElement.className") == "error-summary"
        assert_sound(shown)


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_sent_goes_on_after_the_password(app, server, chromium, admin, scripts):
    """An invitation by someone whose password is eleven minutes old: one page more, and nothing to type twice."""
    context = chromium.new_context(java_script_enabled=scripts)
    context.add_cookies([signed_in_cookie(app, admin, server.url)])
    age_proof(app, admin)
    browser = context.new_page()
    browser.goto(f"{server.url}/admin/accounts/invite")
    browser.get_by_label("Their email address").fill("new@example.com")
    browser.get_by_label("Experimenter").check()
    browser.get_by_role("button", name="Send the invitation").click()
    browser.get_by_label("Your password", exact=True).fill("not it")
    browser.get_by_role("button", name="Continue").click()
    assert browser.get_by_role("alert").inner_text().endswith("That is not your password.")
    browser.get_by_label("Your password", exact=True).fill(PASSWORD)
    browser.get_by_role("button", name="Continue").click()

    browser.wait_for_url("**/admin/accounts")
    told = browser.get_by_role("status").inner_text()
    assert "the invitation for new@example.com was saved as a file" in told
    assert "Experimenter" in browser.get_by_role("row").filter(has_text="new@example.com").inner_text()
    context.close()


def test_every_page_tells_whether_one_is_signed_in(app, server, context):
    shown = context.new_page()
    shown.goto(f"{server.url}/methodology")
    assert shown.get_by_role("navigation", name="Your account").inner_text().split() == ["Sign", "in"]

    member = make_account(app, Role.MEMBER)
    context.add_cookies([signed_in_cookie(app, member, server.url)])
    for address in ("/", "/methodology", "/account", "/nowhere"):
        shown.goto(server.url + address)
        account_menu(shown).click()
        mine = shown.locator("#user .pop__panel")
        assert mine.inner_text().split() == [member.email, "Account", "Sign", "out"]

    mine.get_by_role("button", name="Sign out").click()
    shown.goto(f"{server.url}/account")
    assert "/sign-in?next=" in shown.url
