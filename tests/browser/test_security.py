"""Check 19: what visitors type or send stays text on every page that shows it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.accounts import make_account, signed_in_cookie

START = "/ai-job-impact-calculator"
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>']


@pytest.fixture
def dialogs(page):
    """What scripts said that should never run."""
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    return said


def assert_inert(page, dialogs):
    assert dialogs == []
    assert page.locator("img").count() == 0
    assert page.locator("script", has_text="alert(1)").count() == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_a_job_title_stays_text(server, page, dialogs, text):
    page.goto(server.url + START)
    page.get_by_role("combobox", name="Your job title").press_sequentially(text)
    page.wait_for_timeout(500)
    assert_inert(page, dialogs)

    page.get_by_role("button", name="See answer").click()
    page.goto(f"{server.url}{START}?q={text}")

    expect(page.get_by_label("Your job title")).to_have_value(text)
    assert_inert(page, dialogs)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_kept_from_the_form_and_pay_stay_text(server, page, dialogs, text):
    page.goto(f"{server.url}{START}?q=registered+nurse")
    page.locator("input[name=job_title]").evaluate("(field, text) => { field.value = text }", text)
    page.get_by_role("button", name="Registered nurse").first.click()
    assert_inert(page, dialogs)

    page.locator("#refine-pay > summary").click()
    page.locator("#salary").fill(text)
    page.get_by_role("button", name="Compare").click()

    expect(page.locator("#salary")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#salary")).to_have_value(text)
    assert_inert(page, dialogs)


@pytest.mark.parametrize("text", HOSTILE)
def test_event_fields_stay_text(server, page, dialogs, app, text):
    sent = {"source": text, "medium": text, "campaign": text}
    event = {"event_type": "ai_calculator_opened", "session_id": "s", "user_id": text, "event_data": sent}
    submitted = {**event, "event_type": "assessment_submitted", "event_data": {"job_title": text, "industry": text}}
    origin = {"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}
    answer = page.request.post(f"{server.url}/api/analytics/event", data=[event, submitted], headers=origin)
    assert answer.json()["accepted"] == 2

    page.context.add_cookies([signed_in_cookie(app, make_account(app), server.url)])
    page.goto(f"{server.url}/analytics/funnel")

    expect(page.locator("#funnel-h")).to_contain_text("Of 1 session")
    assert_inert(page, dialogs)
