"""The live view in Chromium: what happens shows without reloading, by the stream and without one."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.accounts import make_account, signed_in_cookie
from tests.browser.test_accessibility import assert_sound
from tests.conftest import server_environ
from tests.servers import gunicorn
from tests.subscriber import send

PATIENCE = 30_000


@pytest.fixture
def instance(own_instance):
    return own_instance


@pytest.fixture
def key(make_key):
    return make_key("events:write")


@contextmanager
def site(app, instance, **settings):
    with gunicorn(server_environ(instance, LAKE_MAX_STALENESS="1", **settings), instance / "gunicorn.log") as server:
        yield server, signed_in_cookie(app, make_account(app), server.url)


def number(page, name):
    return page.locator(f'[data-number="{name}"]')


def test_an_event_shows_without_reloading(app, instance, key, context):
    with site(app, instance) as (server, cookie):
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{server.url}/analytics/live")
        page.evaluate("window.sameDocument = true")
        expect(page.locator("[data-state]")).to_have_text("Live", timeout=PATIENCE)
        expect(page.get_by_text("No sessions in the last half hour.").first).to_be_visible()

        send(server.url, key, "s", source="<i>mail</i>", medium="email")

        expect(number(page, "sessions")).to_have_text("1", timeout=PATIENCE)
        expect(page.get_by_role("rowheader", name="<i>mail</i>")).to_be_visible()
        opened = page.locator('[data-list="steps"] tr').filter(has_text="Opened the calculator")
        expect(opened.locator(".num")).to_have_text("1")
        expect(page.get_by_role("status")).to_contain_text("in progress")
        assert page.evaluate("window.sameDocument")


def test_without_a_seat_it_asks_now_and_then(app, instance, key, context):
    with site(app, instance, LIVE_STREAMS="0") as (server, cookie):
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{server.url}/analytics/live")
        expect(page.locator("[data-state]")).to_have_text("Updates every 10 seconds", timeout=PATIENCE)

        send(server.url, key, "s")

        expect(number(page, "sessions")).to_have_text("1", timeout=PATIENCE)


def test_it_pauses_and_goes_on(app, instance, key, context):
    with site(app, instance) as (server, cookie):
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{server.url}/analytics/live")
        expect(page.locator("[data-state]")).to_have_text("Live", timeout=PATIENCE)

        page.get_by_role("button", name="Pause").click()
        expect(page.locator("[data-state]")).to_have_text("Paused")
        send(server.url, key, "s")
        page.get_by_role("button", name="Resume").click()

        expect(number(page, "sessions")).to_have_text("1", timeout=PATIENCE)


def test_without_script_it_is_refreshed_by_a_link(app, instance, key, chromium):
    with site(app, instance) as (server, cookie):
        context = chromium.new_context(java_script_enabled=False)
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{server.url}/analytics/live")
        send(server.url, key, "s")

        expect(page.get_by_role("button", name="Pause")).to_be_hidden()
        page.wait_for_timeout(1_100)  # the lake may be a second old
        page.get_by_role("link", name="Refresh").click()

        expect(number(page, "sessions")).to_have_text("1")
        context.close()


def test_it_is_sound_with_and_without_visits(app, instance, key, chromium):
    app.test_cli_runner().invoke(args=["demo", "visits", "--sessions", "80", "--days", "2"])
    with site(app, instance) as (server, cookie):
        context = chromium.new_context(bypass_csp=True)
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{server.url}/analytics/live")
        expect(page.locator("[data-state]")).to_have_text("Live", timeout=PATIENCE)
        assert_sound(page)
        context.close()
