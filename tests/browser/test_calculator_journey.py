"""CALC-1, CAP-3; checks 7 and 8: the calculator in a real browser, with and without script, by keyboard alone."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

START = "/ai-job-impact-calculator"
RESULT = re.compile(r"/result/[\w-]{22}$")
ANSWER = "AI reaches about as much of a nurse’s work as of the typical job"
JOURNEY = ["ai_calculator_opened", "calculator_step_completed", "assessment_submitted"]


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


def finish(page, server):
    """Choose a job, which is all that a result needs."""
    page.goto(server.url + START)
    page.get_by_role("combobox", name="Your job title").fill("registered nurse")
    page.get_by_role("option", name="Registered nurse").first.click()
    expect(page).to_have_url(RESULT)


def menu(page, name):
    page.locator(f"#refine-{name} > summary").click()
    return page.locator(f"#form-{name}")


def test_the_keyboard_alone_leads_to_the_result_and_refines_it(server, page):
    # check 8
    keys = page.keyboard
    page.goto(server.url + START)
    page.get_by_label("Your job title").focus()
    keys.type("registered nurse")
    expect(page.get_by_role("option").first).to_be_visible()
    keys.press("ArrowDown")
    expect(page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", "suggestion-0")
    keys.press("Enter")
    expect(page).to_have_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_contain_text(ANSWER)

    opener = page.locator("#refine-place > summary")
    opener.focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.type("Geo")
    for _ in range(2):
        keys.press("Tab")
    keys.press("Enter")
    expect(opener).to_contain_text("Georgia")
    expect(opener).to_be_focused()
    expect(page.get_by_role("heading", name="Median pay, Georgia")).to_be_visible()


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


def test_one_menu_is_open_at_a_time_and_escape_gives_the_focus_back(server, page):
    finish(page, server)
    menu(page, "place")
    menu(page, "pay")
    expect(page.locator("details.pop[open]")).to_have_count(1)

    page.keyboard.press("Escape")
    expect(page.locator("details.pop[open]")).to_have_count(0)
    expect(page.locator("#refine-pay > summary")).to_be_focused()
    menu(page, "pay")
    page.get_by_role("heading", level=1).click()
    expect(page.locator("details.pop[open]")).to_have_count(0)


def test_the_whole_journey_works_without_script(server, chromium):
    # check 7
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_label("Your job title").fill("registered nurse")
    page.get_by_role("button", name="See answer").click()
    page.get_by_role("button", name="Registered nurse").first.click()
    expect(page).to_have_url(RESULT)
    form = menu(page, "place")
    form.get_by_label("State").select_option(label="Georgia")
    form.get_by_role("button", name="Use these").click()
    expect(page.locator("#refine-place > summary")).to_contain_text("Georgia")
    form = menu(page, "background")
    form.get_by_label("Years in this kind of work").fill("six")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter years of experience")
    page.get_by_label("Years in this kind of work").fill("6")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#refine-background > summary")).to_contain_text("6 years")

    expect(page).to_have_url(RESULT)
    expect(page.get_by_role("heading", level=1)).to_contain_text(ANSWER)
    expect(page.locator("details.sec[open]")).to_have_count(4)
    page.get_by_label("Any exposure").check()
    page.get_by_role("button", name="Update").click()
    expect(page).to_have_url(re.compile("relax=any_exposure"))
    expect(page.get_by_role("heading", name="Related jobs, whatever AI reaches")).to_be_visible()
    context.close()


def test_an_error_takes_the_focus_and_leads_to_its_field(server, page):
    finish(page, server)
    form = menu(page, "background")
    form.get_by_label("Years in this kind of work").fill("many")
    form.get_by_role("button", name="Add").click()

    alert = page.get_by_role("alert", name="There is a problem")
    expect(alert).to_be_focused()
    expect(page.get_by_label("Years in this kind of work")).to_have_value("many")
    alert.get_by_role("link").click()
    expect(page.get_by_label("Years in this kind of work")).to_be_focused()
    page.get_by_label("Years in this kind of work").fill("6")
    form.get_by_role("button", name="Add").click()
    expect(alert).to_have_count(0)
    expect(page.locator("#refine-background > summary")).to_contain_text("6 years")


def test_pay_is_compared_without_a_page_load_and_not_in_the_address(server, page):
    finish(page, server)
    page.evaluate("window.stayed = true")
    form = menu(page, "pay")
    form.get_by_label("Your pay").fill("$45 an hour")
    form.get_by_role("button", name="Compare").click()

    expect(page.locator(".answer__pay")).to_contain_text("Your $93,600 is")
    expect(page.locator("#pay")).to_contain_text("Your $93,600 is")
    expect(page.locator("#refine-pay > summary")).to_contain_text("$93,600")
    form = menu(page, "place")
    form.get_by_label("State").select_option(label="Georgia")
    form.get_by_role("button", name="Use these").click()
    expect(page.locator("#refine-place > summary")).to_contain_text("Georgia")
    expect(page.locator(".answer__pay")).to_contain_text("Your $93,600 is")
    expect(page).to_have_url(RESULT)
    assert page.evaluate("window.stayed")


def test_another_week_moves_the_score_without_a_page_load(server, page):
    finish(page, server)
    page.evaluate("window.stayed = true")
    before = page.locator("#result").get_attribute("data-score")
    form = menu(page, "week")
    form.locator("[data-group]").first.fill("60")
    form.get_by_role("button", name="Use my week").click()

    expect(page.locator("#result")).not_to_have_attribute("data-score", before)
    expect(page.locator("#result-status")).not_to_be_empty()
    expect(page.get_by_role("heading", level=1)).to_contain_text("your week")
    assert page.evaluate("window.stayed")
    page.reload()
    expect(page.locator("#result")).not_to_have_attribute("data-score", before)
    form = menu(page, "week")
    form.get_by_role("button", name="Back to the job’s tasks").click()
    expect(page.locator("#result")).to_have_attribute("data-score", before)


def test_the_address_from_the_address_bar_lets_another_browser_only_read(server, page, chromium):
    finish(page, server)
    context = chromium.new_context()
    other = context.new_page()
    other.goto(page.url)

    expect(other.get_by_role("heading", level=1)).to_contain_text(ANSWER)
    expect(other.get_by_text("A result someone shared")).to_be_visible()
    expect(other.locator("details.pop")).to_have_count(0)
    other.get_by_role("link", name="Check your own job").click()
    expect(other.get_by_role("combobox", name="Your job title")).to_be_visible()
    context.close()


def test_on_a_phone_the_suggestions_stand_above_the_keyboard_and_the_result_is_short(server, chromium):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_role("combobox").focus()
    page.get_by_role("combobox").press_sequentially("driver")
    third = page.get_by_role("option").nth(2)
    expect(third).to_be_visible()
    assert third.bounding_box()["y"] + third.bounding_box()["height"] <= 440
    page.get_by_role("combobox").fill("registered nurse")
    page.get_by_role("option", name="Registered nurse").first.click()
    expect(page).to_have_url(RESULT)

    assert page.evaluate("document.documentElement.scrollHeight") <= 4000
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    expect(page.locator("details.sec[open]")).to_have_count(0)
    page.get_by_role("list", name="On this page").get_by_role("link", name="Pay").click()
    expect(page.locator("#pay")).to_have_attribute("open", "")
    context.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_label_of_the_figure_meets_another(server, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    finish(page, server)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".place__row > span, .place__row--axis text, .ends dt, .ends dd")]
            .map((one) => one.getBoundingClientRect()).filter((box) => box.width)
            .map(({ left, right, top, bottom }) => [left, right, top, bottom])"""
    )

    for index, (left, right, top, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= width
        for other in boxes[index + 1 :]:
            assert right <= other[0] + 1 or other[1] <= left + 1 or bottom <= other[2] + 1 or other[3] <= top + 1


def test_the_answer_the_figure_and_the_first_advice_stand_above_the_fold(server, page):
    finish(page, server)

    first = page.locator(".advice li").first.bounding_box()
    assert first["y"] + first["height"] <= 900


def test_on_paper_sections_are_open_and_controls_are_not_there(server, page):
    page.set_viewport_size({"width": 600, "height": 900})
    finish(page, server)
    page.emulate_media(media="print")

    expect(page.locator("details.sec").first.get_by_role("heading", level=2)).to_be_visible()
    expect(page.locator(".groups")).to_be_visible()
    expect(page.locator(".refine")).to_be_hidden()


def test_a_visit_leaves_each_event_once(server, page, instance):
    # CAP-3
    page.goto(f"{server.url}{START}?utm_source=news&utm_medium=email&utm_campaign=fall")
    page.get_by_role("combobox").fill("registered nurse")
    page.get_by_role("option", name="Registered nurse").first.click()
    expect(page).to_have_url(RESULT)
    form = menu(page, "background")
    form.get_by_label("Years in this kind of work").fill("many")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert", name="There is a problem")).to_be_visible()
    page.get_by_label("Years in this kind of work").fill("6")
    form.get_by_role("button", name="Add").click()
    expect(page.locator("#refine-background > summary")).to_contain_text("6 years")
    for _ in range(2):
        form = menu(page, "place")
        form.get_by_label("Industry").select_option(index=1)
        form.get_by_role("button", name="Use these").click()
        expect(page.locator("details.pop[open]")).to_have_count(0)
    page.reload()
    page.locator("[data-offer]").scroll_into_view_if_needed()
    page.locator("[data-upgrade]").click()

    found = wait_for_events(page, instance, 10)
    later = [*["calculator_step_completed"] * 2, *["assessment_refined"] * 3]
    assert named(instance) == sorted([*JOURNEY, *later, "conversion_offer_viewed", "paid_upgrade_clicked"])
    assert len({session for _, session, _ in found}) == 1
    data = {name: values for name, _, values in found}
    origin = {"source": "news", "medium": "email", "campaign": "fall"}
    assert data["ai_calculator_opened"] == origin | {"page": START, "browser": "Chrome", "os": "Linux"}
    assert [values["step"] for name, _, values in found if name == "calculator_step_completed"] == [1, 3, 2]
    assert data["assessment_submitted"]["job_title"] == "Registered nurses"
    assert data["assessment_submitted"]["risk_level"] in {"low", "medium", "high"}
    assert data["assessment_refined"].keys() >= {"job_title", "industry", "experience", "risk_level"}
    assert data["paid_upgrade_clicked"]["price_cents"] == 1000


def test_going_back_and_opening_the_result_again_counts_once(server, page, instance):
    finish(page, server)
    page.go_back()
    page.get_by_role("link", name="Registered nurse").first.click()
    page.goto(server.url + START)

    wait_for_events(page, instance, 3)
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
    found = wait_for_events(page, instance, 3)

    with closing(sqlite3.connect(instance / "mingus.db")) as connection:
        (stored,) = connection.execute("SELECT session_id FROM assessments").fetchone()
    assert {session for _, session, _ in found} == {stored}
