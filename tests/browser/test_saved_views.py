"""DASH-7, DASH-8: saving, sharing and annotating with the keyboard, without a script, and sound for everybody."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.lake.sync import LakeSync
from backend.plugins import get
from tests.accounts import make_account, signed_in_cookie
from tests.browser.conftest import empty
from tests.browser.test_accessibility import assert_sound
from tests.conftest import close, make_app, make_settings, server_environ
from tests.servers import gunicorn

BOARD = "/analytics?period=7d&source=newsletter"


@pytest.fixture(scope="module")
def visited(tmp_path_factory, migrated_sqlite):
    """A server whose lake holds twelve visits of yesterday from a newsletter, and the folder of its database."""
    instance = tmp_path_factory.mktemp("visited")
    shutil.copy(migrated_sqlite, instance / "mingus.db")
    app = make_app(make_settings(instance))
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    opened = {"event_type": "ai_calculator_opened", "timestamp": yesterday, "event_data": {"source": "newsletter"}}
    events = [{**opened, "session_id": f"s-{number}"} for number in range(12)]
    with app.app_context():
        key = get(KeyService).create("writer", [Scope.EVENTS_WRITE])
        sent = app.test_client().post("/api/analytics/event", json=events, headers={"Authorization": f"Bearer {key}"})
        assert sent.json["accepted"] == 12
        get(LakeSync).run()
    close(app)
    shutil.copy(instance / "mingus.db", instance / "visited.db")
    with gunicorn(server_environ(instance), instance / "gunicorn.log") as server:
        yield server.url, instance


@pytest.fixture
def instance(visited):
    """The visits stay, in the lake and in the database it follows; what another test has saved or annotated is gone."""
    _, folder = visited
    empty(folder / "mingus.db", folder / "visited.db")
    return folder


@pytest.fixture
def site(visited):
    return visited[0]


def sign_in(page, app, site, path):
    page.context.add_cookies([signed_in_cookie(app, make_account(app), site)])
    page.goto(f"{site}{path}")


def open_by_keyboard(page, name):
    """An entry of the menu that stands last in the bar."""
    if not page.locator("#more[open]").count():
        page.locator("#more > summary").focus()
        page.keyboard.press("Enter")
    summary = page.locator("summary", has_text=re.compile(f"^{name}"))
    summary.focus()
    page.keyboard.press("Enter")
    expect(summary.locator("..")).to_have_attribute("open", "")


def test_a_view_is_saved_opened_and_deleted_with_the_keyboard(page, app, site):
    sign_in(page, app, site, BOARD)
    open_by_keyboard(page, "Save this view")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Newsletter, a week")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Saved as “Newsletter, a week”, for everyone")

    page.goto(f"{site}/analytics/popular")
    open_by_keyboard(page, "Saved views")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    assert page.url.endswith("period=7d&source=newsletter")

    open_by_keyboard(page, "Saved views")
    page.get_by_role("button", name="Delete Newsletter, a week").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_have_text("Deleted.")


@pytest.mark.parametrize("javascript", [True, False])
def test_what_is_noted_stands_below_the_chart(chromium, app, site, javascript):
    context = chromium.new_context(java_script_enabled=javascript)
    page = context.new_page()
    sign_in(page, app, site, "/analytics?period=7d")
    page.locator("#more > summary").click()
    page.locator("#annotations > summary").click()
    assert page.get_by_label("Day", exact=True).input_value() == page.locator("#end").input_value()
    page.get_by_label("What happened", exact=True).fill("New prices")
    page.get_by_role("button", name="Annotate").click()

    expect(page.locator(".chart__marks")).to_contain_text("New prices")
    if javascript:
        expect(page.locator("#trend .annotation-text", has_text="A")).to_be_visible()
    context.close()


def test_the_menus_are_sound_with_everything_open(chromium, app, site):
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    sign_in(page, app, site, BOARD)
    for menu, field, button in (("Save this view", "Name", "Save"), ("Add a note", "What happened", "Annotate")):
        page.locator("#more > summary").click()
        page.locator("summary", has_text=re.compile(f"^{menu}")).click()
        page.get_by_label(field, exact=True).fill("x" * 80)
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_load_state()
    for path in (BOARD, "/analytics/funnel"):
        page.goto(f"{site}{path}")
        assert_sound(page)
    page.reload()
    open_by_keyboard(page, "Save this view")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    assert page.title().startswith("Error: ")
    expect(page.get_by_role("alert")).to_be_focused()
    assert_sound(page)
    context.close()


def test_a_day_of_a_chart_opens_the_form_that_annotates_it(page, app, site, instance):
    sign_in(page, app, site, "/analytics?period=7d")
    chart = page.locator("#trend")
    expect(chart).to_have_attribute("data-state", "drawn")

    chart.evaluate("at => at.dispatchEvent(new CustomEvent('chart:day', {bubbles: true, detail: {day: '2026-11-21'}}))")

    day = page.get_by_label("Day", exact=True)
    expect(day).to_have_value("2026-11-21")
    expect(page.get_by_role("textbox", name="What happened")).to_be_focused()
    page.get_by_role("textbox", name="What happened").fill("New prices")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Note added.")).to_be_visible()
