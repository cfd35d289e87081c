"""PERF-7: a script that fails is reported without a word of the page; before anything fails, nothing is sent."""

from __future__ import annotations

import json

import pytest

from tests.browser.tracking import until

PAGE = "/jobs"
BROKEN = """
function draw(who) { throw new RangeError("cannot draw for " + who + "\\n    at leak (" + location.href + ":1:1)") }
for (let turn = 0; turn < 3; turn++) setTimeout(() => draw("jane@example.org"));
for (const name of ["a", "b", "c", "d", "e", "f"])
  setTimeout(() => { const error = new Error("x"); error.name = "Kind" + name; Promise.reject(error) });
setTimeout(() => { throw "a text, which has no stack" });
"""


def reports_of(context):
    sent = []

    def note(request):
        if request.url.endswith("/browser-error"):
            sent.append(request)

    context.on("request", note)
    return sent


def break_a_script(context):
    context.route("**/menus.js*", lambda route: route.fulfill(body=BROKEN, content_type="text/javascript"))


def test_what_fails_is_sent_once_and_says_nothing_of_the_visitor(context, server):
    sent = reports_of(context)
    page = context.new_page()
    page.goto(f"{server.url}{PAGE}?email=jane@example.org")
    page.wait_for_timeout(500)
    assert sent == []

    break_a_script(context)
    page.goto(f"{server.url}{PAGE}?email=jane@example.org")
    until(page, lambda: len(sent) == 5)
    page.wait_for_timeout(300)

    bodies = [json.loads(request.post_data) for request in sent]
    assert [request.response().status for request in sent] == [204] * 5
    assert [body["type"] for body in bodies].count("RangeError") == 1
    first = next(body for body in bodies if body["type"] == "RangeError")
    assert set(first) == {"type", "route", "frames"}
    assert first["route"] == PAGE
    assert first["frames"][0] == {"script": "/static/js/menus.js", "function": "draw", "line": 2}
    headers = sent[0].all_headers()
    assert not any("jane" in text for text in (*headers.values(), *(request.post_data for request in sent)))
    assert not {"cookie", "referer"} & set(headers)


@pytest.mark.parametrize("wish", ["globalPrivacyControl", "doNotTrack"])
def test_nothing_is_sent_for_who_asks_not_to_be_tracked(context, server, wish):
    value = "true" if wish == "globalPrivacyControl" else "'1'"
    context.add_init_script(f"Object.defineProperty(Navigator.prototype, '{wish}', {{ get: () => {value} }})")
    sent = reports_of(context)
    break_a_script(context)
    page = context.new_page()
    page.goto(f"{server.url}{PAGE}")
    page.wait_for_timeout(500)

    assert sent == []
