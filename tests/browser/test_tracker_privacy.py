"""CAP-3: what the tracker keeps in a browser, about whom, and for how long."""

from __future__ import annotations

import json
import time

import pytest
from playwright.sync_api import Error

from tests.browser.tracking import WAITING, assert_exactly, open_any_page, stored, track, until, watch_requests
from tests.servers import CHROMIUM, CHROMIUM_ARGS

START = "/ai-job-impact-calculator"
KEPT = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((key) => key.startsWith('mingus'))"
VISIT = "JSON.parse(localStorage['mingus.visit'])"
REFUSALS = {"globalPrivacyControl": "true", "doNotTrack": "'1'"}
FILL = "for (let size = 1 << 22; size; size >>= 1) try { localStorage['x' + size] = 'x'.repeat(size) } catch {}"
WRITE = """(ids) => ids.forEach((id) => { localStorage['mingus.event.' + id] = JSON.stringify(
    { event_id: id, event_type: 'button_pressed', session_id: 's', timestamp: new Date() }) })"""


@pytest.fixture
def page(context, server):
    return open_any_page(context, server)


def ask_not_to_be_tracked(context, wish):
    context.add_init_script(f"Object.defineProperty(Navigator.prototype, '{wish}', {{ get: () => {REFUSALS[wish]} }})")


def made(moments_ago, number=0):
    """An event id of that long ago, in milliseconds."""
    at = f"{int(time.time() * 1000) - moments_ago:012x}"
    return f"{at[:8]}-{at[8:]}-7000-8000-{number:012x}"


@pytest.mark.parametrize("wish", REFUSALS)
def test_nothing_is_sent_or_kept_of_someone_who_does_not_want_it(context, server, instance, wish):
    bodies = watch_requests(context)
    page = context.new_page()
    page.goto(f"{server.url}/robots.txt")
    page.evaluate(WRITE, [made(0)])
    page.evaluate("localStorage['mingus.visitor'] = 'someone-from-before'")
    ask_not_to_be_tracked(context, wish)
    page.goto(server.url + START)
    assert page.evaluate("mingus.silent")
    assert page.evaluate("mingus.track('button_pressed')") is None
    page.evaluate("mingus.consent(true); trackCalculatorOpened(); trackUpgradeClicked()")
    page.wait_for_timeout(1500)
    page.goto(f"{server.url}/methodology")

    assert page.evaluate(KEPT) == []
    assert (stored(instance), bodies) == ([], [])


def test_a_lasting_id_exists_only_between_consent_and_its_end(context, page):
    bodies = watch_requests(context)
    before = track(page, 2)
    page.evaluate("mingus.consent(true); mingus.consent(true)")
    after = track(page, 2)
    until(page, lambda: page.evaluate(WAITING) == [])
    visit = page.evaluate(VISIT)["id"]
    page.evaluate("mingus.consent(false)")
    assert page.evaluate(KEPT) == []
    last = track(page)
    until(page, lambda: page.evaluate(WAITING) == [])

    sent = {event["event_id"]: body.get("visitor_id") for body in bodies for event in body["events"]}
    assert {sent[key] for key in before + last} == {None}
    assert len({sent[key] for key in after}) == 1
    assert len(sent[after[0]]) == 36
    assert page.evaluate(VISIT)["id"] != visit


def test_a_visit_is_shared_by_tabs_and_ends_after_half_an_hour(context, page, server):
    bodies = watch_requests(context)
    page.clock.install()
    page.reload()
    ids = track(page) + track(open_any_page(context, server))
    page.clock.fast_forward(29 * 60_000)
    ids += track(page)
    page.clock.fast_forward(31 * 60_000)
    ids += track(page)
    page.clock.run_for(2_000)
    until(page, lambda: page.evaluate(WAITING) == [])

    sessions = {event["event_id"]: event["session_id"] for body in bodies for event in body["events"]}
    first, *same, new = [sessions[key] for key in ids]
    assert same == [first, first]
    assert new != first


def test_the_source_of_a_visit_is_where_it_began(context, server):
    page = open_any_page(context, server, "?utm_source=news&utm_medium=email")
    page.goto(f"{server.url}/any")
    bodies = watch_requests(context)
    page.evaluate("trackCalculatorOpened()")
    until(page, lambda: bodies)

    assert bodies[0]["events"][0]["event_data"] == {"source": "news", "medium": "email", "page": "/any"}


def test_who_led_a_visitor_here_is_told_by_the_page_before_and_the_name_of_a_click_id(context, server):
    page = open_any_page(context, server)
    page.evaluate("localStorage.clear()")
    bodies = watch_requests(context)
    page.goto(f"{server.url}/any?gclid=secret&gad_campaignid=7&utm_campaign=", referer="https://www.google.com/")
    page.evaluate("trackCalculatorOpened()")
    until(page, lambda: bodies)

    assert bodies[0]["events"][0]["event_data"] == {
        "source": "www.google.com",
        "referrer": "www.google.com",
        "click_id": "gclid",
        "page": "/any",
    }
    assert "secret" not in page.evaluate("JSON.stringify(localStorage)")


def test_a_page_that_nobody_sees_begins_no_visit(context, server, instance):
    """As a page prerendered, or opened in a tab behind."""
    page = context.new_page()
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => !self.seen, configurable: true })")
    page.goto(f"{server.url}/ai-job-impact-calculator?utm_source=news")
    page.wait_for_function("self.mingus && document.readyState === 'complete'")
    assert page.evaluate(KEPT) == []

    page.evaluate("self.seen = true; document.dispatchEvent(new Event('visibilitychange'))")

    assert page.evaluate(f"{VISIT}.from") == {"source": "news", "page": "/ai-job-impact-calculator"}
    assert page.evaluate("document.querySelector('[name=session_id]').value") == page.evaluate(f"{VISIT}.id")
    until(page, lambda: len(stored(instance)) == 1)


def test_only_the_newest_thousand_of_two_days_are_kept(context, page, server, instance):
    hour, limit = 3_600_000, 48 * 3_600_000
    old = [made(limit + hour)]
    crowd = [made(limit - hour - number, number) for number in range(1_003)]
    page.evaluate(WRITE, [*old, *crowd])
    page.reload()

    assert_exactly(page, instance, crowd[:-3] if crowd[0] > crowd[-1] else crowd[3:])


def test_where_storage_is_blocked_events_still_arrive(server, instance, chromium, tmp_path):
    (tmp_path / "profile" / "Default").mkdir(parents=True)
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "profile" / "Default" / "Preferences").write_text(json.dumps(blocked))
    launch = chromium.browser_type.launch_persistent_context
    with launch(tmp_path / "profile", executable_path=CHROMIUM, args=CHROMIUM_ARGS) as context:
        page = open_any_page(context, server)
        with pytest.raises(Error, match="SecurityError"):
            page.evaluate("localStorage.length")
        ids = track(page, 3)
        until(page, lambda: len(stored(instance)) == 3)
        ids += track(page, 3)
        page.goto(server.url + START)
        until(page, lambda: len(stored(instance)) >= 6)

    assert set(stored(instance)) >= set(ids)


def test_where_storage_is_full_events_still_arrive(page, instance):
    page.evaluate(FILL)

    assert_exactly(page, instance, track(page, 30))


def test_a_site_without_https_is_tracked_too(server, instance, chromium):
    rules = "--host-resolver-rules=MAP mingus.test 127.0.0.1"
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS, rules])
    page = browser.new_page()
    page.goto(server.url.replace("127.0.0.1", "mingus.test") + START)
    assert not page.evaluate("isSecureContext")
    until(page, lambda: len(stored(instance)) == 1)
    browser.close()


def test_events_are_mirrored_to_gtag_where_a_page_has_it(context, server):
    context.add_init_script("self.mirrored = []; self.gtag = (...given) => mirrored.push(given)")
    page = open_any_page(context, server)
    page.evaluate("trackStepCompleted(2, 3.5)")

    assert page.evaluate("mirrored") == [["event", "calculator_step_completed", {"step": 2, "seconds": 3.5}]]


def test_the_calculator_works_where_the_tracker_is_kept_out(context, server):
    context.route("**/tracker.js*", lambda route: route.abort("blockedbyclient"))
    page = context.new_page()
    page.goto(server.url + START)
    page.get_by_role("combobox", name="Job title").fill("registered nurse")
    page.get_by_role("option", name="Registered nurse").first.click()

    assert page.evaluate(KEPT) == []
