"""The operators' pages in a real browser: with the keyboard, on a phone, on paper, in both colour schemes."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.events.steps import WAY
from backend.plugins import get
from tests.accounts import MadeAccount, make_account, signed_in_cookie
from tests.browser.signing_in import sign_in_by_hand, sign_out
from tests.browser.test_accessibility import RULES
from tests.conftest import close, make_app, make_settings, server_environ
from tests.servers import gunicorn

PAGES = (
    "/analytics/funnel",
    "/analytics/funnel?start=2020-01-01&end=2020-01-02",
    "/analytics/funnel?start=soon&steps=Opened!&window=soon",
    "/analytics/funnel?steps=ai_calculator_opened,assessment_submitted&breakdown=job_title&compare=previous_period",
    "/analytics/funnel/sessions?step=6&outcome=dropped",
    "/analytics/conversions?field=job_title&source=",
    "/api/docs",
    "/nowhere",
)
WIDTHS = (320, 360, 768, 1280)


@dataclass(frozen=True)
class Site:
    """A running server that twenty sessions have visited, and somebody who may read its dashboards."""

    url: str
    app: Flask
    analyst: MadeAccount


@pytest.fixture(scope="module")
def site(tmp_path_factory, migrated_sqlite) -> Iterator[Site]:
    instance = tmp_path_factory.mktemp("site")
    shutil.copy(migrated_sqlite, instance / "mingus.db")
    app = make_app(make_settings(instance))
    with app.app_context():
        writer = get(KeyService).create("writer", [Scope.EVENTS_WRITE])
    analyst = make_account(app)
    with gunicorn(server_environ(instance), instance / "gunicorn.log") as server:
        record_visits(server.url, str(writer))
        yield Site(server.url, app, analyst)
    close(app)


def record_visits(url, key):
    """Twenty sessions of yesterday, each a step further than the one before until the last step."""
    began = datetime.now(UTC) - timedelta(days=1)
    events = [
        {
            "event_type": definition.name.partition(":")[0],
            "session_id": f"session-{number}",
            "timestamp": (began + timedelta(seconds=30 * step)).isoformat(),
            "event_data": properties(definition.name),
        }
        for number in range(20)
        for step, definition in enumerate(WAY[: number + 1])
    ]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    request = urllib.request.Request(f"{url}/api/analytics/event", json.dumps(events).encode(), headers)
    urllib.request.urlopen(request).close()


def properties(step):
    given = {"assessment_submitted": {"job_title": "Nurse"}, "paid_upgrade_clicked": {"price_cents": 900}}
    number = step.partition(":")[2]
    return {"step": int(number)} if number else given.get(step, {})


def sign_in(page: Page, site, path="/analytics/funnel"):
    page.context.add_cookies([signed_in_cookie(site.app, site.analyst, site.url)])
    page.goto(f"{site.url}{path}")
    expect(page.locator("#user")).to_be_visible()


def assert_reflows(page: Page):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_an_operator_signs_in_reads_the_funnel_and_signs_out(page, site):
    page.goto(f"{site.url}/analytics/funnel")
    sign_in_by_hand(page, site.analyst)

    expect(page.locator("#funnel-h")).to_contain_text("Of 20 sessions, 18 saw the result")
    row = page.get_by_role("row", name="Saw the result")
    expect(row.get_by_role("cell").nth(1)).to_have_text("18")

    sign_out(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_period_is_chosen_with_the_keyboard_and_stays_in_the_address(page, site):
    sign_in(page, site)
    press(page, page.locator("#period > summary"))
    press(page, page.get_by_role("link", name="Last 7 days"))
    expect(page.locator("#period > summary")).to_contain_text("Last 7 days")

    press(page, page.locator("#period > summary"))
    press(page, page.locator("#custom > summary"))
    page.get_by_label("First day").fill("2026-01-01")
    page.get_by_label("Last day").fill("2026-01-31")
    press(page, page.get_by_role("form", name="Custom dates").get_by_role("button", name="Show"))

    expect(page.get_by_role("heading", name="Nobody opened the calculator in this period")).to_be_visible()
    assert "start=2026-01-01&end=2026-01-31&tz=UTC" in page.url
    page.go_back()
    expect(page.locator("#period > summary")).to_contain_text("Last 7 days")


@pytest.mark.parametrize(("width", "limit"), [(1280, 240), (360, 420)])
def test_the_first_figure_stands_near_the_top_and_no_menu_moves_it(page, site, width, limit):
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/analytics", "/analytics/funnel", "/analytics/explore?measure=sessions", "/analytics/live"):
        sign_in(page, site, path)
        figure = page.locator(".kpis, .card").first
        top = figure.bounding_box()["y"]
        assert page.locator(".topbar").bounding_box()["height"] < 60
        assert top <= limit, path
        for menu in page.locator(".bar > .pop > summary").all():
            menu.click()
            assert figure.bounding_box()["y"] == top
        assert page.locator(".pop[open]").count() <= 1
        page.keyboard.press("Escape")
        expect(page.locator(".pop[open]")).to_have_count(0)
        assert_reflows(page)


def test_single_keys_choose_what_the_page_offers_until_they_are_turned_off(page, site):
    sign_in(page, site, "/analytics")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("w")
    page.wait_for_url("**period=7d**")
    page.keyboard.press("/")
    expect(page.locator("#filter")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.get_by_label("First day")).to_be_focused()
    page.keyboard.press("t")
    page.keyboard.press("Escape")
    assert "period=7d" in page.url
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Funnel")
    page.goto(f"{site.url}/account")
    page.get_by_role("button", name="Turn off keyboard shortcuts").click()
    expect(page.get_by_role("status")).to_have_text("Keyboard shortcuts are off.")
    page.goto(f"{site.url}/analytics")
    page.keyboard.type("?w")
    assert page.url.endswith("/analytics")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"{site.url}/account")
    page.get_by_role("button", name="Turn on keyboard shortcuts").click()


def test_an_error_is_announced_focused_and_leads_to_its_field(page, site):
    page.goto(f"{site.url}/analytics/funnel")
    page.get_by_role("button", name="Sign in").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Enter your email address.").click()
    expect(page.get_by_label("Email address")).to_be_focused()
    assert page.title().startswith("Error: ")

    sign_in(page, site, "/analytics/funnel?start=2026-02-30")
    expect(page.get_by_label("First day")).to_have_value("2026-02-30")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_in_the_tables_of_groups_runs_into_its_neighbour(page, site, width):
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, site, "/analytics/funnel?breakdown=job_title&compare=previous_period")

    cells = page.locator(".funnel-part :is(th, td)")
    assert cells.count() > 30
    assert (
        cells.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)")
        == []
    )


def test_going_back_shows_what_the_page_is_about(page, site):
    sign_in(page, site, "/analytics/explore?measure=sessions&breakdown=source")
    measure = page.get_by_role("combobox", name="Measure", exact=True)
    measure.select_option("revenue")
    page.get_by_role("form", name="What to show").get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**measure=revenue**")
    expect(measure).to_have_value("revenue")
    page.go_back()
    expect(measure).to_have_value("sessions")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_csv_is_downloaded(chromium, site, javascript):
    context = chromium.new_context(java_script_enabled=javascript)
    page = context.new_page()
    sign_in(page, site)

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()

    lines = download.value.path().read_text().splitlines()
    context.close()
    assert lines[0].startswith("step,sessions,")
    assert lines[1].startswith("Opened the calculator,20,")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_funnel_of_ones_own_is_made_with_the_keyboard(chromium, site, javascript):
    """With script the steps change in place; without, each button leads back to the open form."""
    context = chromium.new_context(java_script_enabled=javascript)
    page = context.new_page()
    sign_in(page, site, "/analytics/funnel?steps=ai_calculator_opened,paid_upgrade_clicked&source=")
    chart = page.locator(".funnel-card").bounding_box()
    press(page, page.locator("#steps > summary"))
    assert page.locator(".funnel-card").bounding_box() == chart

    press(page, page.get_by_role("button", name="Add a step"))
    page.get_by_label("Step 3", exact=True).fill("Result!")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    press(page, page.get_by_role("alert").get_by_role("link"))
    expect(page.get_by_label("Step 3", exact=True)).to_be_focused()
    expect(page.get_by_label("Step 3", exact=True)).to_have_value("Result!")

    page.get_by_label("Step 3", exact=True).fill("Saw the result")
    page.keyboard.press("Escape")
    press(page, page.get_by_role("button", name="Move step 3 up"))
    expect(page.get_by_label("Step 2", exact=True)).to_have_value("Saw the result")
    press(page, page.get_by_role("button", name="Remove step 1"))
    expect(page.get_by_label("Step 1", exact=True)).to_have_value("Saw the result")
    press(page, page.get_by_role("button", name="Show this funnel"))

    expect(page.locator("#funnel-h")).to_contain_text("Of 18 sessions, 16 asked to pay")
    assert "steps=assessment_submitted,paid_upgrade_clicked" in page.url.replace("%2C", ",")
    assert "&source=&" in page.url
    context.close()


def press(page, place):
    place.focus()
    page.keyboard.press("Enter")


def test_an_event_is_picked_from_a_list_that_narrows(page, site):
    sign_in(page, site, "/analytics/funnel?period=all&steps=ai_calculator_opened,paid_upgrade_clicked")
    page.locator("#steps > summary").click()
    step = page.get_by_label("Step 2", exact=True)
    step.click()
    events = page.get_by_role("listbox", name="Events")
    expect(events.get_by_role("option").first).to_contain_text("Opened the calculator")
    expect(events).to_contain_text("Not in this period")

    step.fill("saw")
    expect(events.get_by_role("option")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("#event-list")).to_be_hidden()
    step.fill("result")
    page.keyboard.press("Enter")

    expect(step).to_have_value("Saw the result")
    expect(page.locator("#steps\\.1-s")).to_have_text("18 events")
    page.keyboard.press("Enter")
    expect(page.locator("#funnel-h")).to_contain_text("Of 20 sessions, 18 saw the result")


def test_a_number_leads_to_whom_it_counts_to_a_visit_and_back(page, site):
    sign_in(page, site, "/analytics/funnel?period=all&breakdown=device")
    row = page.locator(".funnel-steps").get_by_role("row", name="Saw the result")

    row.get_by_role("link", name="18 sessions reached Saw the result").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("18 sessions saw the result")
    expect(page.get_by_role("table").locator("tbody tr")).to_have_count(18)

    page.get_by_role("table").get_by_role("link").last.click()
    expect(page.locator(".visit__label", has_text="Saw the result")).to_be_visible()
    page.get_by_role("link", name="18 sessions saw the result").click()
    page.get_by_role("link", name="Back to the funnel").click()
    assert "/analytics/funnel?period=all" in page.url
    assert "breakdown=device" in page.url


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_reflow_and_keep_the_numbers_that_matter(page, site, width):
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, site)
    row = page.get_by_role("row", name="Saw the result")

    assert_reflows(page)
    expect(row.get_by_text("18", exact=True)).to_be_visible()
    expect(row.locator(".funnel-steps__drop")).to_be_visible()
    for path in PAGES[1:]:
        page.goto(f"{site.url}{path}")
        assert_reflows(page)


def test_on_paper_the_funnel_is_a_table_without_controls(page, site):
    sign_in(page, site)
    page.emulate_media(media="print")

    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    expect(page.locator(".funnel-steps thead")).to_be_visible()


def test_the_api_reference_is_searched_shown_in_a_language_and_tried(page, site):
    page.goto(f"{site.url}/api/docs/calculator")
    contents = page.get_by_role("navigation", name="API reference")
    contents.get_by_role("searchbox").fill("funnel sessions")
    expect(contents.get_by_role("listitem").locator("visible=true")).to_have_count(5)  # with the three of the start
    page.locator(".langs").first.get_by_text("Python", exact=True).click()
    expect(page.get_by_text("import requests").first).to_be_visible()
    search = page.locator("#get-api-calculator-occupations")
    search.get_by_text("Try it").click()
    search.get_by_label("q", exact=True).fill("nurse")
    search.get_by_role("button", name="Send").click()
    expect(search.get_by_role("status")).to_contain_text("200")
    expect(search.get_by_label("Response", exact=True)).to_contain_text("29-1141")

    page.goto(f"{site.url}/api/docs/events")
    expect(page.get_by_text("import requests").first).to_be_visible()


def test_an_address_of_a_problem_opens_the_reference_there(page, site):
    page.goto(f"{site.url}/api/docs#problem-too_many_requests")

    expect(page.locator("#problem-too_many_requests")).to_be_in_viewport()


def in_menu(page):
    return page.get_by_role("form", name="Filter", exact=True)


def test_filters_are_searched_and_set_together_with_the_keyboard(chromium, site):
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    sign_in(page, site, "/analytics")
    press(page, page.locator("#filter > summary"))
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()

    press(page, in_menu(page).get_by_role("link", name="Job title"))
    expect(search).to_be_focused()
    page.keyboard.type("nur")
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Nurse")).to_be_checked()
    expect(page.get_by_role("button", name="Show this one")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    press(page, in_menu(page).get_by_role("link", name="Source"))
    page.get_by_role("radio", name="is none").check(force=True)
    press(page, page.get_by_role("button", name="Show with 2 filters"))
    expect(page.locator(".chip__edit")).to_have_text(["Source is none", "Job title is Nurse"])
    expect(page.locator(".kpi__value").first).to_have_text("18")

    press(page, page.get_by_role("link", name="Job title is Nurse", exact=True))
    expect(page.get_by_role("checkbox", name="Nurse")).to_be_checked()
    page.get_by_role("radio", name="is not").check(force=True)
    press(page, page.get_by_role("button", name="Leave out this one"))
    expect(page.locator(".chip__edit")).to_have_text(["Source is none", "Job title is not Nurse"])
    press(page, page.get_by_role("link", name="Clear all"))
    expect(page.locator(".chip")).to_have_count(0)
    context.close()


def test_without_script_a_filter_is_set_and_changed_step_by_step(chromium, site):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site, "/analytics")
    page.locator("#filter > summary").click()
    in_menu(page).get_by_role("link", name="Job title").click()
    page.get_by_role("checkbox", name="Nurse").check()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator(".kpi__value").first).to_have_text("18")

    page.get_by_role("link", name="Job title is Nurse", exact=True).click()
    expect(page.get_by_role("checkbox", name="Nurse")).to_be_checked()
    page.get_by_role("radio", name="is not").check(force=True)
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("link", name="Job title is not Nurse", exact=True)).to_be_visible()
    page.get_by_role("link", name="Remove: Job title is not Nurse").click()
    expect(page.locator(".chip")).to_have_count(0)
    context.close()
