"""Any page with the tracker on it, and what of its events the server has."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from uuid import UUID

API = "**/api/analytics/event"
HTML = '<!doctype html><title>Any page</title><h1>Any page</h1><script src="/tracker.js" defer></script>'
WAITING = "Object.keys(localStorage).filter((key) => key.startsWith('mingus.event.'))"
TRACK = "([name, count]) => Array.from({ length: count }, (_, at) => mingus.track(name, { at }))"


def open_any_page(context, server, query=""):
    """A page of the same site that is not the calculator."""
    context.route("**/any**", lambda route: route.fulfill(body=HTML, content_type="text/html"))
    page = context.new_page()
    page.goto(f"{server.url}/any{query}")
    return page


def track(page, count=1, name="button_pressed"):
    """Track events at once; return their ids."""
    return page.evaluate(TRACK, [name, count])


def stored(instance):
    """The ids of all events in the server's database."""
    with closing(sqlite3.connect(instance / "mingus.db")) as connection:
        return sorted(str(UUID(bytes=key)) for (key,) in connection.execute("SELECT event_id FROM analytics_events"))


def until(page, condition, seconds=20):
    """Let the page go on until the condition holds."""
    for _ in range(seconds * 20):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen")


def assert_exactly(page, instance, ids):
    """Each event arrives, none is stored that was not tracked, and none waits any longer."""
    until(page, lambda: len(stored(instance)) >= len(ids))
    until(page, lambda: page.evaluate(WAITING) == [])
    assert stored(instance) == sorted(ids)


def watch_requests(context):
    """The bodies that pages send from now on."""
    bodies = []
    context.on("request", lambda request: bodies.append(request.post_data_json) if request.post_data else None)
    return bodies
