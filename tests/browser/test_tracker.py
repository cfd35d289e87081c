"""CAP-3: whatever happens to the page, the network or the server, each tracked event is stored exactly once."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress

import pytest
from playwright.sync_api import Error

from tests.browser.tracking import API, assert_exactly, open_any_page, stored, track, until, watch_requests
from tests.conftest import server_environ
from tests.servers import CHROMIUM, CHROMIUM_ARGS, gunicorn

START = "/ai-job-impact-calculator"


@pytest.fixture
def page(context, server):
    return open_any_page(context, server)


def refuse(route):
    route.abort("connectionrefused")


def answers(context, *given):
    """Answer the first requests by (status, headers), then let them through; return when each came."""
    left, at = list(given), []

    def answer(route):
        at.append(route.request.post_data_json["sent_at"])
        if left:
            status, headers = left.pop(0)
            route.fulfill(status=status, headers=headers, body="{}", content_type="application/json")
        else:
            route.continue_()

    context.route(API, answer)
    return at


def test_events_of_any_page_arrive(page, instance):
    assert_exactly(page, instance, track(page, 3))


def test_what_happens_offline_arrives_as_soon_as_the_network_is_back(context, page, instance):
    context.set_offline(True)
    with page.expect_event("requestfailed"):
        ids = track(page, 3)
    page.wait_for_timeout(2500)
    assert stored(instance) == []

    context.set_offline(False)
    assert_exactly(page, instance, [*ids, *track(page)])


def test_leaving_while_requests_are_held_up_loses_nothing(context, page, server, instance):
    context.route(API, lambda _: None)
    with page.expect_request(API):
        ids = track(page, 3)
    ids += track(page, 2)
    page.goto(f"{server.url}/any?next")
    context.unroute(API)

    assert_exactly(page, instance, [*ids, *track(page)])


def test_leaving_at_once_sends_what_waits(page, server, instance):
    ids = track(page, 200)
    page.goto("about:blank")

    until(page, lambda: len(stored(instance)) == 200)
    assert stored(instance) == sorted(ids)


def test_a_crashed_page_leaves_its_events_to_the_next(context, page, server, instance):
    context.route(API, refuse)
    ids = track(page, 5)
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    context.unroute(API)

    assert_exactly(open_any_page(context, server), instance, ids)


def test_events_outlive_the_browser(server, instance, chromium, tmp_path):
    def browser():
        return chromium.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=CHROMIUM_ARGS
        )

    with browser() as before:
        before.route(API, refuse)
        ids = track(open_any_page(before, server), 5)
    with browser() as after:
        assert_exactly(open_any_page(after, server), instance, ids)


def test_tabs_keep_out_of_each_others_way(context, page, server, instance):
    other = open_any_page(context, server)
    ids = []
    for _ in range(20):
        ids += track(page, 2) + track(other, 3)

    assert_exactly(page, instance, ids)


def test_an_event_too_large_to_send_holds_up_no_other(page, instance):
    page.evaluate("mingus.track('too_large', { text: 'x'.repeat(70_000) })")

    assert_exactly(page, instance, track(page, 2))


def test_half_an_emoji_holds_up_no_event(page, instance):
    cut = page.evaluate("trackAssessmentSubmitted('🙂'.repeat(3).slice(0, 5), null, 'low')")

    assert_exactly(page, instance, [cut, *track(page, 2)])


def test_an_open_tab_sends_what_a_dead_one_left(context, page, server, instance):
    page.clock.install()
    page.reload()
    dying = open_any_page(context, server)
    context.route(API, refuse)
    ids = track(dying, 5)
    dying.close()
    context.unroute(API)
    page.clock.run_for(61_000)

    assert_exactly(page, instance, ids)


def test_a_burst_goes_in_few_requests_that_the_server_takes(context, page, instance):
    bodies = watch_requests(context)
    assert_exactly(page, instance, track(page, 500))

    assert len(bodies) <= 10
    assert all(len(json.dumps(body)) <= 64 * 1024 for body in bodies)


def test_a_page_brought_back_goes_on(server, instance, chromium):
    kept = [CHROMIUM_ARGS, ["--disable-back-forward-cache"]]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=kept[0], ignore_default_args=kept[1])
    page = open_any_page(browser.new_context(), server)
    page.evaluate("addEventListener('pageshow', ({ persisted }) => { self.brought = persisted })")
    ids = track(page, 3)
    page.goto(f"{server.url}/any?next")
    ids += track(page)
    page.go_back(wait_until="commit")

    assert page.evaluate("self.brought")
    assert_exactly(page, instance, [*ids, *track(page, 2)])
    browser.close()


def test_a_server_in_need_is_asked_again_later_each_time(context, page, instance):
    page.evaluate("Math.random = () => 0")
    at = answers(context, (503, {}), (503, {}), (200, {}))
    ids = track(page, 3)
    page.wait_for_timeout(3000)
    ids += track(page)

    assert_exactly(page, instance, ids)
    assert len(at) == 4


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured_whatever_else_happens(context, page, instance, status):
    at = answers(context, (status, {"Retry-After": "4"}))
    ids = track(page, 3)
    until(page, lambda: at)
    page.wait_for_timeout(500)
    page.evaluate("['online', 'pagehide'].forEach((name) => dispatchEvent(new Event(name)))")
    ids += track(page)
    page.wait_for_timeout(2500)
    assert len(at) == 1

    assert_exactly(page, instance, ids)


def test_pauses_differ_between_browsers(context, page):
    page.evaluate("pauses = []; wait = setTimeout; setTimeout = (done, ms) => (pauses.push(ms), wait(done, ms))")
    answers(context, *[(503, {"Retry-After": "100"})] * 2)
    track(page)
    until(page, lambda: page.evaluate("pauses.length") == 2)

    assert 100_000 < page.evaluate("pauses[1]") < 151_000


def test_what_the_server_refuses_for_good_does_not_stop_the_rest(page, instance):
    track(page, name="Not A Name")
    page.wait_for_timeout(1500)

    assert_exactly(page, instance, track(page, 2))


def test_a_worker_killed_under_a_burst_loses_nothing(context, own_instance):
    with gunicorn(server_environ(own_instance), own_instance / "gunicorn.log") as server:
        page = open_any_page(context, server)
        ids = track(page, 300)
        until(page, lambda: stored(own_instance))
        os.kill(min(server.workers()), signal.SIGKILL)

        assert_exactly(page, own_instance, ids)
