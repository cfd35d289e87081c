"""Every way to fail has one shape, and none tells what is inside."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from backend.errors import Unavailable
from backend.routes.access import public

MEMBERS = {"type", "title", "status", "detail", "code", "request_id", "errors"}


def fail(app, error):
    def view():
        raise error

    app.testing = False
    app.add_url_rule("/api/fail", "fail", public("a test")(view))
    return app.test_client().get("/api/fail")


@pytest.mark.parametrize(
    ("method", "url", "options", "status", "code"),
    [
        ("POST", "/api/analytics/event", {"data": "{", "content_type": "application/json"}, 403, "forbidden"),
        ("POST", "/api/calculator/assess", {"data": "{", "content_type": "application/json"}, 400, "bad_request"),
        (
            "POST",
            "/api/calculator/assess",
            {"data": "[" * 20_000, "content_type": "application/json"},
            400,
            "bad_request",
        ),
        (
            "POST",
            "/api/calculator/assess",
            {"data": " " * 70_000, "content_type": "application/json"},
            413,
            "too_large",
        ),
        ("POST", "/api/calculator/assess", {"data": "x"}, 415, "unsupported_media_type"),
        ("POST", "/api/calculator/assess", {"json": {}}, 422, "invalid_request"),
        ("GET", "/api/analytics/dashboard/funnel", {}, 401, "unauthenticated"),
        ("GET", "/api/nowhere", {}, 404, "not_found"),
        ("DELETE", "/api/analytics/event", {}, 405, "method_not_allowed"),
    ],
)
def test_each_failure_is_a_problem_document(client, method, url, options, status, code):
    response = client.open(url, method=method, **options)

    assert (response.status_code, response.json["status"], response.json["code"]) == (status, status, code)
    assert response.mimetype == "application/problem+json"
    assert set(response.json) == MEMBERS
    assert response.json["request_id"] == response.headers["X-Request-Id"]


def test_every_bad_field_is_reported_together(client, make_key):
    headers = {"Authorization": f"Bearer {make_key('dashboards:read')}"}

    response = client.get("/api/analytics/dashboard/funnel?start=soon&tz=Mars&more=1", headers=headers)

    assert response.status_code == 422
    assert {error["field"] for error in response.json["errors"]} == {"start", "tz", "more"}


def test_a_method_that_is_not_allowed_says_which_are(client):
    assert "POST" in client.delete("/api/analytics/event").headers["Allow"]


def test_an_unexpected_error_tells_nothing(app):
    response = fail(app, RuntimeError("SELECT canary FROM secrets"))

    assert (response.status_code, response.json["code"]) == (500, "internal_error")
    assert "canary" not in response.text


def test_a_database_that_is_gone_is_unavailable(app):
    response = fail(app, OperationalError("SELECT canary", {}, Exception("canary")))

    assert (response.status_code, response.json["code"], response.headers["Retry-After"]) == (503, "unavailable", "5")
    assert "canary" not in response.text


def test_what_is_unavailable_says_when_to_try_again(app):
    assert fail(app, Unavailable("Later.")).headers["Retry-After"] == "5"


def test_people_get_a_page(client):
    response = client.get("/nowhere", headers={"Accept": "text/html"})

    assert response.status_code == 404
    assert response.mimetype == "text/html"
    assert response.headers["X-Request-Id"] in response.text


def test_an_anonymous_browser_is_sent_to_sign_in(client):
    response = client.get("/analytics/funnel?start=2026-11-01", headers={"Accept": "text/html"})

    assert response.status_code == 303
    assert response.location == "/sign-in?next=/analytics/funnel%3Fstart%3D2026-11-01"
