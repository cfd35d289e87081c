"""CAP-3: how fast a page was, measured in the browser, reported once each time it is shown."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from tests.browser.tracking import until
from tests.servers import CHROMIUM, CHROMIUM_ARGS

START = "/ai-job-impact-calculator"
QUERY = "SELECT event_data FROM analytics_events WHERE event_type = 'web_vitals' ORDER BY timestamp"


def vitals(instance):
    with closing(sqlite3.connect(instance / "mingus.db")) as connection:
        return [json.loads(data) for (data,) in connection.execute(QUERY)]


def test_a_page_view_leaves_its_vitals(server, page, instance):
    page.goto(server.url + START)
    page.get_by_role("combobox", name="Your job title").press_sequentially("nurse")
    page.wait_for_timeout(500)
    page.goto(f"{server.url}/methodology")
    until(page, lambda: vitals(instance))

    [found] = vitals(instance)
    assert set(found) == {"page", "navigation", "fcp", "lcp", "cls", "inp", "ttfb"}
    assert (found["page"], found["navigation"]) == ("home", "navigate")
    assert 0 < found["ttfb"] < found["fcp"] <= found["lcp"] < 10_000
    assert 0 <= found["cls"] < 0.1
    assert found["inp"] > 0


def test_a_page_brought_back_is_another_view(server, instance, chromium):
    without = ["--disable-back-forward-cache"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS, ignore_default_args=without)
    page = browser.new_page()
    page.goto(server.url + START)
    page.evaluate("addEventListener('pageshow', ({ persisted }) => { self.brought = persisted })")
    page.goto(f"{server.url}/methodology")
    page.go_back(wait_until="commit")
    page.wait_for_timeout(500)
    assert page.evaluate("self.brought")
    page.goto(f"{server.url}/methodology")
    until(page, lambda: len(vitals(instance)) == 2)

    assert [found["navigation"] for found in vitals(instance)] == ["navigate", "back-forward-cache"]
    browser.close()
