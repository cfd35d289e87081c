"""Check 8: axe finds nothing on any page, in both colour schemes, wide and narrow; no page scrolls sideways."""

from __future__ import annotations

import json
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.accounts import make_account, signed_in_cookie
from tests.http.visiting import START

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # all rules run; the nodes that pass are not described
}
OF_COLORS = ["color-contrast", "link-in-text-block"]  # of RULES, what another scheme can change: it changes only colors


def assert_sound(page):
    """No violation in either scheme at 1280 and 320 pixels with everything open, and nothing wider than the window.

    Menus stay as they are: one that floats covers what is under it, and tests open them one by one.
    """
    page.locator("details:not(.pop)").evaluate_all("all => all.forEach(one => { one.open = true })")
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            rules = RULES if scheme == "light" else RULES | {"runOnly": {"type": "rule", "values": OF_COLORS}}
            found = Axe().run(page, options=rules).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], (page.url, width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


@pytest.fixture
def page(chromium):
    """Axe is our own script, so the page's policy is put aside for it; other tests watch that policy."""
    context = chromium.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def test_the_question_the_result_and_its_menus(server, page, chromium):
    page.goto(server.url)
    assert_sound(page)
    page.goto(f"{server.url}{START}?q=staff+nurse")
    assert_sound(page)
    page.get_by_role("button", name="Registered nurse").first.click()
    page.wait_for_url("**/result/*")
    assert_sound(page)
    for menu in page.locator("details.pop > summary").all():
        menu.click()
        assert_sound(page)
    reader = chromium.new_context(bypass_csp=True)
    shared = reader.new_page()
    shared.goto(page.url)
    assert_sound(shared)
    reader.close()


def test_a_question_and_a_menu_with_errors(server, page):
    page.goto(f"{server.url}{START}")
    page.get_by_role("button", name="See answer").click()
    page.wait_for_load_state()
    assert page.title().startswith("Error: ")
    assert_sound(page)
    page.get_by_role("combobox").fill("registered nurse")
    page.get_by_role("option").first.click()
    page.wait_for_url("**/result/*")
    page.locator("#refine-pay > summary").click()
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("alert", name="There is a problem").wait_for()
    assert_sound(page)


@pytest.mark.parametrize(
    "address",
    [
        "/methodology",
        "/jobs?q=nurse",
        "/jobs/registered-nurses",
        "/api/docs",
        "/api/docs/events",
        "/sign-in",
        "/sign-up",
        "/sign-up/sent",
        "/reset",
        "/reset/sent",
        "/verify/x",
        "/nowhere",
    ],
)
def test_every_other_public_page(server, page, address):
    page.goto(server.url + address)
    assert_sound(page)


@pytest.mark.parametrize("sessions", [0, 12])
def test_the_funnel_empty_and_full(server, app, page, make_key, sessions):
    key = make_key("events:write")
    events = [{"event_type": "ai_calculator_opened", "session_id": f"s-{n}"} for n in range(sessions)]
    if events:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{server.url}/api/analytics/event", json.dumps(events).encode(), headers)
        urllib.request.urlopen(request).close()
    page.context.add_cookies([signed_in_cookie(app, make_account(app), server.url)])
    page.goto(f"{server.url}/analytics/funnel")
    assert_sound(page)
    page.goto(f"{server.url}/analytics/funnel?steps=ai_calculator_opened,b&breakdown=source&compare=previous_period")
    assert_sound(page)
    page.goto(f"{server.url}/analytics/funnel/sessions?step=1")
    assert_sound(page)
    page.goto(f"{server.url}/analytics/funnel?start=soon&steps=Opened!&window=x&order=x&exclude=?&breakdown=x")
    assert page.title().startswith("Error: ")
    assert_sound(page)
