"""PERF-7: the pages of operations in a browser: sound, by keyboard, without script, up to date by themselves."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from backend.accounts.permissions import Role
from tests.accounts import make_account, signed_in_cookie
from tests.browser.test_accessibility import assert_sound
from tests.conftest import close, make_app, make_settings, server_environ
from tests.http.operating import add_alert, measure
from tests.servers import gunicorn

PAGES = (
    "/ops",
    "/ops/alerts",
    "/ops/alerts/1",
    "/ops/alerts/1/silence",
    "/ops/rules",
    "/ops/rules/errors-high",
    "/ops/rules/new",
    "/ops/channels",
    "/ops/channels/new",
    "/ops/on-call",
    "/ops/queries",
    "/ops/errors",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory, migrated_sqlite):
    """The address of a server in trouble, its app, and the cookie of somebody who runs it."""
    instance = tmp_path_factory.mktemp("ops")
    shutil.copy(migrated_sqlite, instance / "mingus.db")
    app = make_app(make_settings(instance))
    add_alert(app)
    measure(app, "GET /jobs/<slug>", 0.08, times=40)
    measure(app, "GET /jobs/<slug>", 0.3, "5xx", times=9)
    person = make_account(app, Role.OPS)
    with gunicorn(server_environ(instance), instance / "gunicorn.log") as server:
        yield server.url, app, signed_in_cookie(app, person, server.url)
    close(app)


@pytest.fixture
def page(chromium, site):
    context = chromium.new_context(bypass_csp=True)
    context.add_cookies([site[2]])
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_it_is_sound_in_both_schemes_from_320_pixels(site, page, path):
    assert page.goto(f"{site[0]}{path}").status == 200
    expect(page.locator(".chart[data-state=waiting]")).to_have_count(0)
    assert_sound(page)


def test_an_alert_is_acknowledged_by_keyboard(site, page):
    page.goto(f"{site[0]}/ops")
    page.get_by_role("button", name="Acknowledge Requests fail").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Requests fail")
    expect(page.get_by_role("status")).to_contain_text("Acknowledged: Requests fail.")


def test_without_script_it_is_read_and_monitoring_is_stopped_and_started(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([site[2]])
    page = context.new_page()
    page.goto(f"{site[0]}/ops")
    expect(page.locator("#times .chart__table td").first).to_be_visible()
    page.locator("summary", has_text="Stop monitoring").click()
    page.get_by_role("button", name="Stop monitoring").click()
    expect(page.get_by_role("heading", name="Monitoring is stopped")).to_be_visible()
    page.get_by_role("button", name="Start monitoring").click()
    expect(page.get_by_role("heading", name="Monitoring is on")).to_be_visible()
    context.close()


def test_it_updates_by_itself_and_keeps_its_charts(site, page):
    url, app, _ = site
    page.clock.install()
    page.goto(f"{url}/ops")
    expect(page.locator("[data-updates]")).to_be_visible()
    expect(page.locator("#rate")).to_have_attribute("data-state", "drawn")
    page.evaluate("window.sameChart = document.querySelector('#rate canvas, #rate svg.main-svg')")
    add_alert(app, rule="api-down", title="The site doesn’t answer", fired_at=None)
    page.clock.fast_forward(31_000)

    expect(page.get_by_role("heading", level=1)).to_have_text("The site doesn’t answer.")
    expect(page.locator("[data-says]")).to_have_text("The site doesn’t answer.")
    assert page.evaluate("window.sameChart.isConnected")
