"""Every dashboard as an admin sees it, full of demo visits; the pictures stay in `instance/screens`."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from backend.accounts.permissions import Role
from backend.dashboards.addresses import BASE, address_of
from backend.dashboards.pages import PAGES as LISTED
from tests.accounts import make_account, signed_in, signed_in_cookie
from tests.browser.test_accessibility import assert_sound
from tests.conftest import close, make_app, make_settings, server_environ
from tests.http.test_boards import send
from tests.http.test_goals import FORM
from tests.http.test_shared_links import links, share
from tests.servers import PROJECT, gunicorn

SCREENS = PROJECT / "instance" / "screens"
PAGES = {page.name: address_of(page.path, page.sample) for page in LISTED} | {
    "board": f"{BASE}/boards/executive",
    "new-goal": f"{BASE}/goals/new?source=newsletter",
    "shares": f"{BASE}/shares",
    "nothing": f"{BASE}/conversions?start=2020-01-01&end=2020-01-02",
    "refused": f"{BASE}/conversions?contry=US",
}


@pytest.fixture(scope="module")
def visited(tmp_path_factory, migrated_sqlite):
    """A server of a made-up world, the cookie of somebody who may look at it, and addresses below what they made."""
    instance = tmp_path_factory.mktemp("screens")
    shutil.copy(migrated_sqlite, instance / "mingus.db")
    app = make_app(make_settings(instance))
    sent = app.test_cli_runner().invoke(args=["demo", "visits", "--sessions", "400", "--days", "20"])
    assert sent.exit_code == 0, sent.output
    analyst = make_account(app, Role.ADMIN)
    client = signed_in(app.test_client(), analyst)
    made = {"own board": send(client, "/analytics/boards", name="Monday").location}
    made["goal"] = send(client, "/analytics/goals/new", **FORM).location
    share(client, "period=all")
    [made["shared page"]] = links(client)
    with gunicorn(server_environ(instance), instance / "gunicorn.log") as server:
        yield server.url, signed_in_cookie(app, analyst, server.url), made
    close(app)


@pytest.mark.parametrize(("name", "path"), PAGES.items())
def test_it_is_drawn_whole_and_sound_in_both_schemes_wide_and_narrow(chromium, visited, name, path):
    url, cookie, _ = visited
    SCREENS.mkdir(parents=True, exist_ok=True)
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{url}{path}")
    for scheme in ("light", "dark"):
        for width in (1280, 360):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            expect(page.locator(".chart[data-state=failed]")).to_have_count(0)
            expect(page.locator(".chart[data-state=waiting]")).to_have_count(0)
            page.screenshot(path=SCREENS / f"{name}-{scheme}-{width}.png", full_page=True)
    assert_sound(page)
    context.close()
    assert len(list(SCREENS.glob(f"{name}-*.png"))) == 4


@pytest.mark.parametrize("name", ["own board", "goal"])
def test_what_an_analyst_made_is_sound(chromium, visited, name):
    url, cookie, made = visited
    context = chromium.new_context(bypass_csp=True)
    context.add_cookies([cookie])
    page = context.new_page()
    assert page.goto(f"{url}{made[name]}").status == 200
    assert_sound(page)
    context.close()


def test_a_shared_page_is_sound_for_whoever_has_no_account(chromium, visited):
    url, _, made = visited
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    assert page.goto(f"{url}{made['shared page']}").status == 200
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(page.locator("#user")).to_have_count(0)
    expect(page.locator(".chart[data-state=waiting]")).to_have_count(0)
    assert_sound(page)
    context.close()


def test_a_list_is_switched_in_place_and_the_links_of_the_bar_keep_it(context, visited):
    url, cookie, _ = visited
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{url}/analytics?period=all")
    page.evaluate("window.sameDocument = true")
    sources = page.get_by_role("navigation", name="Sources by")
    sources.get_by_role("link", name="Medium").click()

    expect(sources.get_by_role("link", name="Medium")).to_have_attribute("aria-current", "true")
    expect(sources.get_by_role("link", name="Medium")).to_be_focused()
    assert page.evaluate("window.sameDocument")
    assert "sources=medium" in page.url
    page.locator("#period > summary").click()
    page.get_by_role("link", name="Last 30 days").click()
    page.wait_for_url("**period=30d**")
    expect(sources.get_by_role("link", name="Medium")).to_have_attribute("aria-current", "true")
