"""CALC-1, CAP-3; checks 7 and 8: the calculator in a real browser, with and without script, by keyboard alone."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

START = "/ai-job-impact-calculator"
PLACE = re.compile("/place$")
BACKGROUND = re.compile("/background$")
WEEK = re.compile("/week$")
RESULT = re.compile("/result$")
JOURNEY = [
    "ai_calculator_opened",
    "calculator_step_completed",
    "calculator_step_completed",
    "calculator_step_completed",
    "calculator_step_completed",
    "assessment_submitted",
]


def events(instance):
    with closing(sqlite3.connect(instance / "mingus.db")) as connection:
        rows = connection.execute(
            "SELECT event_type, session_id, event_data FROM analytics_events WHERE event_type <> 'web_vitals'"
            " ORDER BY timestamp, id"
        )
        return [(name, session, json.loads(data)) for name, session, data in rows]


def named(instance):
    return sorted(name for name, _, _ in events(instance))


def wait_for_events(page, instance, number):
    for _ in range(100):
        if len(events(instance)) >= number:
            break
        page.wait_for_timeout(100)
    return events(instance)


def choose_nurse(page):
    page.get_by_role("combobox", name="Job title").fill("registered nurse")
    page.get_by_role("option", name="Registered nurses").first.click()
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(PLACE)


def finish(page, server):
    page.goto(server.url + START)
    choose_nurse(page)
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(BACKGROUND)
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(WEEK)
    page.get_by_role("button", name="See my result").click()
    expect(page).to_have_url(RESULT)


def test_the_keyboard_alone_leads_to_the_result(server, page):
    # check 8
    keys = page.keyboard
    page.goto(server.url + START)
    page.get_by_label("Job title").focus()
    keys.type("registered nurse")
    expect(page.get_by_role("option").first).to_be_visible()
    keys.press("ArrowDown")
    expect(page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", "suggestion-0")
    keys.press("Enter")
    expect(page.get_by_role("radio", name="Registered nurses")).to_be_checked()
    keys.press("Enter")
    expect(page).to_have_url(PLACE)

    page.get_by_label("State").focus()
    keys.type("Geo")
    for _ in range(2):
        keys.press("Tab")
    keys.press("Enter")
    expect(page).to_have_url(BACKGROUND)

    page.get_by_label("Years of experience").focus()
    keys.type("6")
    keys.press("Enter")
    expect(page).to_have_url(WEEK)

    page.locator(".hours__input").first.focus()
    keys.press("ArrowUp")
    keys.press("Enter")
    expect(page).to_have_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_contain_text("US workers")


def test_escape_closes_the_suggestions_before_it_empties_the_field(server, page):
    page.goto(server.url + START)
    field = page.get_by_role("combobox")
    field.press_sequentially("nurse")
    expect(page.get_by_role("listbox")).to_be_visible()

    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("nurse")
    field.press("Escape")
    expect(field).to_have_value("")


def test_the_whole_journey_works_without_script(server, chromium):
    # check 7
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_label("Job title").fill("registered nurse")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("radio", name="Registered nurses").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("State").select_option(label="Georgia")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Years of experience").fill("six")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter years of experience")
    page.get_by_label("Years of experience").fill("6")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="See my result").click()

    expect(page).to_have_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_contain_text("US workers")
    context.close()


def test_going_back_in_the_browser_brings_the_answers_back(server, page):
    page.goto(server.url + START)
    choose_nurse(page)
    page.get_by_label("State").select_option(label="Georgia")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Years of experience").fill("6")
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(WEEK)

    page.go_back()
    expect(page.get_by_label("Years of experience")).to_have_value("6")
    page.go_back()
    expect(page.get_by_label("State")).to_have_value("GA")
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("radio", name="Registered nurses")).to_be_checked()


def test_an_error_takes_the_focus_and_leads_to_its_field(server, page):
    page.goto(server.url + START)
    choose_nurse(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Years of experience").fill("many")
    page.get_by_role("button", name="Continue").click()

    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Years of experience")).to_be_focused()


def test_hours_that_cannot_be_read_are_an_error_and_not_nothing(server, page):
    page.goto(server.url + START)
    choose_nurse(page)
    for _ in range(2):
        page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(WEEK)
    field, slider = page.locator(".hours__input").first, page.locator(".hours__slider").first
    field.fill("")
    expect(slider).to_have_value("0")
    field.press_sequentially("6")
    expect(slider).to_have_value("6")
    field.fill("4-5e")
    expect(slider).to_have_value("0")
    page.get_by_role("button", name="See my result").click()

    expect(page.get_by_role("alert")).to_contain_text("enter hours as a number from 0 to 168")
    expect(field).to_have_value("4-5e")


def test_pay_that_cannot_be_read_is_explained_where_it_was_typed(server, page):
    finish(page, server)
    page.get_by_label("Your pay").fill("lots")
    page.get_by_role("button", name="Compare my pay").click()

    summary = page.get_by_role("alert", name="There is a problem")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    expect(page.get_by_label("Your pay")).to_be_in_viewport()
    summary.get_by_role("link").click()
    expect(page.get_by_label("Your pay")).to_be_focused()


def test_the_only_exact_match_is_asked_about(server, page):
    page.goto(server.url + START)
    page.get_by_role("combobox", name="Job title").fill("registered nurse")
    page.get_by_role("option", name="Registered nurses").first.click()

    expect(page.get_by_role("group", name="Is this it?", exact=True)).to_be_visible()


def test_a_button_keeps_its_words_off_its_edges(server, page):
    page.goto(server.url + START)
    room = page.get_by_role("button", name="Find").evaluate(
        """(button) => {
            button.textContent = "so many words that they take three lines of this";
            button.style.width = "120px";
            const words = document.createRange();
            words.selectNodeContents(button);
            return words.getBoundingClientRect().top - button.getBoundingClientRect().top;
        }"""
    )

    assert room >= 8


def test_on_paper_details_are_open_without_arrows_and_tables_stay_whole(server, page):
    finish(page, server)
    page.emulate_media(media="print")
    details = page.locator(".figure .more")

    assert details.locator("summary").evaluate("one => getComputedStyle(one, '::before').content") == "none"
    assert details.locator(".table-scroll").evaluate("one => getComputedStyle(one).breakInside") == "avoid"


def test_another_week_moves_the_score_without_a_page_load(server, page):
    finish(page, server)
    page.evaluate("window.stayed = true")
    before = page.locator("#result").get_attribute("data-score")
    page.get_by_text("Change how your week is spent").click()
    field = page.locator(".hours__input").first
    field.fill("60")

    expect(page.locator("#result")).not_to_have_attribute("data-score", before)
    expect(page.locator("#result-status")).not_to_be_empty()
    expect(field).to_be_focused()
    expect(field).to_have_value("60")
    assert page.evaluate("window.stayed")
    page.reload()
    expect(page.locator("#result")).not_to_have_attribute("data-score", before)


def test_a_visit_leaves_each_event_once(server, page, instance):
    # CAP-3
    page.goto(f"{server.url}{START}?utm_source=news&utm_medium=email&utm_campaign=fall")
    choose_nurse(page)
    page.get_by_label("Industry").select_option(index=1)
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(BACKGROUND)
    page.get_by_label("Years of experience").fill("many")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Years of experience").fill("6")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="See my result").click()
    expect(page).to_have_url(RESULT)
    page.reload()
    page.locator("[data-offer]").scroll_into_view_if_needed()
    page.locator("[data-upgrade]").click()

    found = wait_for_events(page, instance, 8)
    assert named(instance) == sorted([*JOURNEY, "conversion_offer_viewed", "paid_upgrade_clicked"])
    assert len({session for _, session, _ in found}) == 1
    data = {name: values for name, _, values in found}
    assert data["ai_calculator_opened"] == {"source": "news", "medium": "email", "campaign": "fall"}
    assert [values["step"] for name, _, values in found if name == "calculator_step_completed"] == [1, 2, 3, 4]
    assert data["assessment_submitted"]["job_title"] == "Registered nurses"
    assert data["assessment_submitted"]["industry"]
    assert data["assessment_submitted"]["risk_level"] in {"low", "medium", "high"}
    assert data["paid_upgrade_clicked"]["price_cents"] == 1000


def test_going_back_and_answering_again_counts_once(server, page, instance):
    finish(page, server)
    page.get_by_role("link", name="Back").click()
    page.get_by_role("button", name="See my result").click()
    expect(page).to_have_url(RESULT)
    page.goto(server.url + START)

    wait_for_events(page, instance, 6)
    page.wait_for_timeout(1500)
    assert named(instance) == sorted(JOURNEY)


@pytest.mark.parametrize("wish", ["globalPrivacyControl", "doNotTrack"])
def test_nothing_is_sent_about_someone_who_does_not_want_it(server, context, page, instance, wish):
    value = "true" if wish == "globalPrivacyControl" else "'1'"
    context.add_init_script(f"Object.defineProperty(Navigator.prototype, '{wish}', {{get: () => {value}}})")
    finish(page, server)
    page.wait_for_timeout(1500)
    page.goto(server.url + START)

    assert events(instance) == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_two_visits_of_one_browser_tab_keep_their_stored_session(server, page, instance):
    finish(page, server)
    found = wait_for_events(page, instance, 6)

    with closing(sqlite3.connect(instance / "mingus.db")) as connection:
        (stored,) = connection.execute("SELECT session_id FROM assessments").fetchone()
    assert {session for _, session, _ in found} == {stored}
