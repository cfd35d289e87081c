"""Every dashboard as an analyst sees it, full of demo visits; the pictures stay in `instance/screens`."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from backend.dashboards.addresses import BASE, address_of
from backend.dashboards.pages import PAGES as LISTED
from tests.accounts import make_account, signed_in_cookie
from tests.browser.test_accessibility import assert_sound
from tests.conftest import close, make_app, make_settings, server_environ
from tests.servers import PROJECT, gunicorn

SCREENS = PROJECT / "instance" / "screens"
PAGES = {page.name: address_of(page.path.removeprefix(BASE), page.sample) for page in LISTED} | {
    "nothing": "/conversions?start=2020-01-01&end=2020-01-02",
    "refused": "/conversions?contry=US",
}


@pytest.fixture(scope="module")
def visited(tmp_path_factory, migrated_sqlite):
    """A server of a made-up world, and the cookie of somebody who may look at it."""
    instance = tmp_path_factory.mktemp("screens")
    shutil.copy(migrated_sqlite, instance / "mingus.db")
    app = make_app(make_settings(instance))
    sent = app.test_cli_runner().invoke(args=["demo", "visits", "--sessions", "400", "--days", "20"])
    assert sent.exit_code == 0, sent.output
    analyst = make_account(app)
    with gunicorn(server_environ(instance), instance / "gunicorn.log") as server:
        yield server.url, signed_in_cookie(app, analyst, server.url)
    close(app)


@pytest.mark.parametrize(("name", "path"), PAGES.items())
def test_it_is_drawn_whole_and_sound_in_both_schemes_wide_and_narrow(chromium, visited, name, path):
    url, cookie = visited
    SCREENS.mkdir(parents=True, exist_ok=True)
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{url}/analytics{path}")
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
