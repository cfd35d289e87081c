"""EXP-1..8: the pages of experiments and flags in a browser: sound, by keyboard, and live."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import expect

from backend.accounts.permissions import Role
from tests.accounts import make_account, signed_in_cookie
from tests.browser.test_accessibility import assert_sound
from tests.conftest import close, make_app, make_settings, server_environ
from tests.http.experimenting import counted_experiment
from tests.servers import gunicorn


@pytest.fixture(scope="module")
def site(tmp_path_factory, migrated_sqlite):
    """The address of a server, the id of an experiment that was counted, and the cookie of an experimenter."""
    instance = tmp_path_factory.mktemp("experiments")
    shutil.copy(migrated_sqlite, instance / "mingus.db")
    app = make_app(make_settings(instance))
    test_id = counted_experiment(app, visitors=1600, days=15, rates=(0.30, 0.55))
    person = make_account(app, Role.EXPERIMENTER)
    with gunicorn(server_environ(instance), instance / "gunicorn.log") as server:
        yield server.url, test_id, signed_in_cookie(app, person, server.url)
    close(app)


@pytest.fixture
def page(chromium, site):
    context = chromium.new_context(bypass_csp=True)
    context.add_cookies([site[2]])
    yield context.new_page()
    context.close()


def test_the_pages_are_sound_in_both_schemes_from_320_pixels(site, page):
    url, test_id, _ = site
    for path in ("", "/new", "/new?type=conversion_offer", f"/{test_id}?breakdown=country"):
        assert page.goto(f"{url}/experiments{path}").status == 200
        assert_sound(page)
    assert page.goto(f"{url}/flags/new").status == 200
    assert_sound(page)


def test_the_run_time_follows_what_is_typed_by_keyboard(site, page):
    page.goto(f"{site[0]}/experiments/new?type=custom")
    for label, text in (("Name", "Today"), ("Today’s value of the measure", "4"), ("How many come in a day", "60")):
        page.get_by_label(label, exact=True).first.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
    page.locator("#v1-label").focus()
    page.keyboard.type("New")

    expect(page.get_by_role("status")).to_contain_text(
        re.compile("The traffic is too small: [0-9,]+ visitors at 60 a day")
    )
