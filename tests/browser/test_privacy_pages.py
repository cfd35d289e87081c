"""The pages about one's data, and the one question, as people meet them. ACC-8, check 8"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from backend.accounts.permissions import Role
from tests.accounts import PASSWORD, make_account, signed_in_cookie
from tests.browser.conftest import SharedServer
from tests.browser.test_accessibility import assert_sound

START = "/ai-job-impact-calculator"
VISIT = "JSON.parse(localStorage['mingus.visit']).id"
VISITOR = "localStorage['mingus.visitor'] ?? null"


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory, migrated_sqlite):
    """One that asks visitors whether it may recognise them."""
    shared = SharedServer(lambda: tmp_path_factory.mktemp("asking"), migrated_sqlite, RECOGNISE_VISITORS="true")
    yield shared
    shared.stop()


@pytest.fixture
def free_page(chromium):
    """Axe is our own script, so the page's policy is put aside for it."""
    context = chromium.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def test_every_page_about_data_can_be_used_by_everyone(app, server, free_page):
    for path in (START, "/privacy"):
        free_page.goto(server.url + path)
        assert_sound(free_page)
    free_page.context.add_cookies([signed_in_cookie(app, make_account(app, Role.MEMBER), server.url)])
    for path in ("/account/export", "/account/delete"):
        free_page.goto(server.url + path)
        assert_sound(free_page)
    free_page.get_by_role("button", name="Delete my account").click()
    expect(free_page).to_have_title("Error: Delete your account · Mingus")
    expect(free_page.get_by_role("alert")).to_be_focused()
    assert_sound(free_page)


def test_yes_and_no_look_alike_and_what_was_said_is_done(server, page):
    page.goto(server.url + START)
    yes, no = (page.get_by_role("button", name=name) for name in ("Yes, you may", "No, you may not"))
    look = "one => { const s = getComputedStyle(one); return [s.background, s.color, s.font, s.height, s.width] }"
    assert yes.evaluate(look) == no.evaluate(look)
    assert page.evaluate(VISITOR) is None

    yes.click()
    expect(page).to_have_url(server.url + START)
    expect(yes).to_have_count(0)
    assert len(page.evaluate(VISITOR)) == 36

    page.goto(f"{server.url}/privacy")
    no.click()
    expect(page.get_by_text("You said no on")).to_be_visible()
    page.goto(server.url + START)
    assert page.evaluate(VISITOR) is None


def test_a_no_reaches_pages_that_are_open(server, context):
    calculator, privacy = context.new_page(), context.new_page()
    privacy.goto(f"{server.url}/privacy")
    privacy.get_by_role("button", name="Yes, you may").click()
    calculator.goto(server.url + START)
    assert len(calculator.evaluate(VISITOR)) == 36
    before = calculator.evaluate(VISIT)

    privacy.get_by_role("button", name="No, you may not").click()
    expect(privacy.get_by_text("You said no on")).to_be_visible()

    calculator.wait_for_function("!('mingus.visitor' in localStorage || 'mingus.visit' in localStorage)")
    calculator.wait_for_function("document.querySelector('[name=session_id]').value === ''")
    calculator.evaluate("mingus.track('button_pressed')")
    assert calculator.evaluate(VISIT) != before
    assert calculator.evaluate(VISITOR) is None


def test_choosing_and_deleting_need_no_script(app, server, chromium):
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([signed_in_cookie(app, make_account(app, Role.MEMBER), server.url)])
    page = context.new_page()
    page.goto(server.url + START)
    page.get_by_role("button", name="No, you may not").click()
    page.goto(f"{server.url}/account/delete")
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()

    expect(page.get_by_text("Your account is closed")).to_be_visible()
    expect(page.get_by_text("You said no on")).to_be_visible()
    context.close()
