"""ACC-4: the page of API keys in a real browser: sound in both schemes, wide and narrow; made without JavaScript."""

from __future__ import annotations

import pytest

from backend.accounts.permissions import Role
from tests.accounts import make_account, signed_in_cookie
from tests.browser.test_accessibility import assert_sound


@pytest.fixture
def page(app, server, chromium):
    context = chromium.new_context(bypass_csp=True)
    context.add_cookies([signed_in_cookie(app, make_account(app, Role.ADMIN), server.url)])
    yield context.new_page()
    context.close()


def test_it_is_sound_empty_full_and_with_errors(server, page):
    page.goto(f"{server.url}/account/keys")
    assert_sound(page)
    page.get_by_role("button", name="Create key").click()
    assert page.title().startswith("Error: ")
    assert_sound(page)
    page.get_by_label("Name").fill("Weekly report")
    page.get_by_label("View the dashboards").check()
    page.get_by_role("button", name="Create key").click()
    assert page.get_by_text("mgs_live_").first.is_visible()
    assert_sound(page)
    page.get_by_role("button", name="Revoke Weekly report").click()
    page.get_by_text("The key is revoked").wait_for()
    assert_sound(page)


def test_a_key_is_made_without_javascript(app, server, chromium):
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([signed_in_cookie(app, make_account(app, Role.ANALYST), server.url)])
    page = context.new_page()
    page.goto(f"{server.url}/account/keys")
    page.get_by_label("Name").fill("Weekly report")
    page.get_by_label("View the dashboards").check()
    page.get_by_role("button", name="Create key").click()

    assert page.locator("#made li").inner_text().startswith("mgs_live_")
    context.close()
