"""PERF-7: a browser reports where a script of this site failed; the report is counted, and tells nobody's data."""

from __future__ import annotations

import gzip

import pytest

from backend.analytics.monitoring.flushing import Flusher
from backend.plugins import get
from tests.conftest import close, make_app, make_settings

OURS = {"Sec-Fetch-Site": "same-origin"}
REPORT = "/api/analytics/browser-error"
FRAME = {"script": "/static/js/charts.js", "function": "draw", "line": 12}
ERROR = {"type": "TypeError", "route": "/result/<link>", "frames": [FRAME, {**FRAME, "function": "", "line": 90}]}


@pytest.fixture
def groups(app, make_key):
    def read():
        with app.app_context():
            get(Flusher).flush()
        headers = {"Authorization": f"Bearer {make_key('monitoring:read')}"}
        return app.test_client().get("/api/analytics/performance/errors", headers=headers).json["data"]

    return read


def report(app, headers=OURS, **changes):
    return app.test_client().post(REPORT, json=ERROR | changes, headers=headers)


def test_reports_of_one_place_are_one_group_whatever_the_line(app, groups):
    answer = report(app)
    report(app, frames=[{**FRAME, "line": 13}, {**FRAME, "function": "", "line": 91}], route="/methodology")

    assert (answer.status_code, answer.data) == (204, b"")
    assert "Set-Cookie" not in answer.headers
    [group] = groups()
    assert (group["source"], group["type"], group["count"]) == ("browser", "TypeError", 2)
    assert group["place"] == "/static/js/charts.js, draw"
    assert {route["route"] for route in group["routes"]} == {"GET /result/<link>", "GET /methodology"}
    assert group["requests"][-1]["request_id"] == answer.headers["X-Request-Id"]
    assert [frame["line"] for frame in group["sample"]["frames"]] == [90, 12]


def test_an_address_in_place_of_a_route_is_not_kept(app, groups):
    report(app, route="/result/jane-doe?email=jane@example.org")

    assert groups()[0]["routes"] == [{"route": "unknown address", "count": 1}]


REFUSED = [
    ({"type": "Type Error", "frames": []}, {"type", "frames"}),
    ({"type": 1, "route": None, "frames": "x"}, {"type", "route", "frames"}),
    ({"message": "what the page says"}, {"message"}),
    ({"frames": [{**FRAME, "script": "https://else.example/a.js"}]}, {"frames.0.script"}),
    ({"frames": [{**FRAME, "line": -1, "function": "not a name"}]}, {"frames.0.line", "frames.0.function"}),
    ({"frames": [FRAME] * 21, "route": "x" * 201}, {"frames", "route"}),
]


@pytest.mark.parametrize(("changes", "fields"), REFUSED)
def test_a_bad_report_is_refused_with_every_bad_field(app, groups, changes, fields):
    answer = report(app, **changes)

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == fields
    assert groups() == []


def test_a_report_comes_from_our_own_pages_as_json_and_is_short(app, groups):
    client = app.test_client()
    statuses = [
        report(app, headers={"Sec-Fetch-Site": "cross-site"}).status_code,
        report(app, headers={}).status_code,
        client.post(REPORT, data="{", content_type="application/json", headers=OURS).status_code,
        client.post(REPORT, data="{}", content_type="text/plain", headers=OURS).status_code,
        report(app, route="x" * 70_000).status_code,
    ]

    assert statuses == [403, 403, 400, 415, 413]
    assert groups() == []


@pytest.mark.parametrize("wish", ["Sec-GPC", "DNT"])
def test_nothing_is_counted_of_who_asks_not_to_be_tracked(app, groups, wish):
    assert report(app, headers={**OURS, wish: "1"}).status_code == 204
    assert groups() == []


def test_reports_have_an_allowance_of_their_own(instance):
    app = make_app(make_settings(instance, RATE_LIMIT_BROWSER_ERRORS="2/minute", RATE_LIMIT_EVENTS="1/minute"))

    assert [report(app).status_code for _ in range(3)] == [204, 204, 429]
    assert app.test_client().get("/methodology").status_code == 200
    close(app)


@pytest.mark.parametrize(
    ("page", "route"),
    [
        *((page, page) for page in ("/", "/methodology", "/jobs", "/sign-in")),
        ("/jobs/registered-nurses", "/jobs/{path:slug}"),
        ("/nowhere", ""),
    ],
)
def test_every_page_has_the_script_first_and_names_its_route(client, page, route):
    scripts = client.get(page).text.partition("<script src=")[2]

    assert "js/errors.js" in scripts.partition(">")[0]
    assert f'data-route="{route}"' in scripts.partition(">")[0]


def test_the_script_weighs_less_than_a_kilobyte(client):
    script = client.get("/static/js/errors.js", buffered=True).data

    assert len(script) < 1500
    assert len(gzip.compress(script)) < 1000


def test_the_privacy_page_says_it(client):
    assert "If one of our scripts fails in your browser, we’re told which script" in client.get("/privacy").text
