"""Every way to fail has one shape, and none tells what is inside."""

from __future__ import annotations

import pytest
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from app.sentences import PATTERNS
from backend.accounts.permissions import DEEDS, Role, Scope
from backend.errors import Unavailable
from backend.routes.access import public
from backend.routes.schemas.answer import Out
from tests.accounts import make_account, signed_in

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


ASSESS, LOGIN = "/api/calculator/assess", "/api/v1/auth/login"
JSON = {"content_type": "application/json"}


@pytest.mark.parametrize(
    ("url", "body", "field", "message", "code"),
    [
        (ASSESS, {}, "occupation", "is missing", "missing"),
        (ASSESS, {"occupation": 7}, "occupation", "must be text", "string_type"),
        (ASSESS, {"occupation": "x" * 11}, "occupation", "must have at most 10 characters", "string_too_long"),
        (ASSESS, {"occupation": ""}, "occupation", "must have at least 1 character", "string_too_short"),
        (ASSESS, {"occupation": "x", "more": 1}, "more", "is not known here", "extra_forbidden"),
        (ASSESS, {"occupation": "x", "salary": "7"}, "salary", "must be a number", "float_type"),
        (ASSESS, {"occupation": "x", "salary": 0}, "salary", "must be at least 1", "greater_than_equal"),
        (ASSESS, {"occupation": "x", "salary": 1e9}, "salary", "must be at most 10,000,000", "less_than_equal"),
        (ASSESS, {"occupation": "x", "state": "Ga"}, "state", PATTERNS["^[A-Z]{2}$"], "string_pattern_mismatch"),
        (ASSESS, {"occupation": "x", "activities": [1]}, "activities", "must be an object", "dict_type"),
        (ASSESS, {"occupation": "x"}, "occupation", "is not an occupation we know", "invalid"),
        (ASSESS, [1], "body", "must be an object", "model_type"),
        (ASSESS, "text", "body", "must be an object", "json_invalid"),
        (LOGIN, {"email": None, "password": "x"}, "email", "must be text", "string_type"),
    ],
)
def test_a_bad_field_is_told_in_our_words_and_named_for_programs(client, url, body, field, message, code):
    response = client.post(url, json=body)

    assert response.status_code == 422
    assert {"field": field, "message": message, "code": code} in response.json["errors"]


def subclasses(model):
    return {model, *(below for one in model.__subclasses__() for below in subclasses(one))}


def checked_patterns(schema):
    """The patterns of a pydantic schema by which texts are checked; what the document says beside it is metadata."""
    if isinstance(schema, dict):
        if schema.get("type") == "str" and "pattern" in schema:
            yield schema["pattern"]
        for name, part in schema.items():
            if name != "metadata":
                yield from checked_patterns(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from checked_patterns(part)


def test_every_pattern_that_a_request_is_held_to_has_words(app):
    models = [model for model in subclasses(BaseModel) if model.__module__.startswith("backend.routes.schemas.")]
    asked = [model for model in models if not issubclass(model, Out)]

    patterns = {pattern for model in asked for pattern in checked_patterns(model.__pydantic_core_schema__)}

    assert patterns == set(PATTERNS)


@pytest.mark.parametrize(
    ("method", "url", "options", "detail"),
    [
        (
            "POST",
            ASSESS,
            {"data": '{"a":\n 1,}', **JSON},
            "not JSON: see line 2, column 4.",
        ),
        (
            "POST",
            ASSESS,
            {"data": b'{"a": "\xff"}', **JSON},
            "The body is not JSON in UTF-8.",
        ),
        ("POST", ASSESS, {"data": "x"}, "Send the body as application/json."),
        ("POST", ASSESS, {"data": " " * 70_000, **JSON}, "larger than this address accepts."),
        ("DELETE", ASSESS, {}, "This address supports only POST."),
        ("DELETE", "/privacy", {}, "This address supports only GET and POST."),
        ("GET", "/api/nowhere", {}, "Nothing was found at this address."),
    ],
)
def test_a_bad_request_is_told_in_our_words(client, method, url, options, detail):
    response = client.open(url, method=method, headers={"Accept": "application/json"}, **options)

    assert response.json["detail"].endswith(detail)


def test_a_method_that_is_not_allowed_says_which_are(client):
    assert "POST" in client.delete("/api/analytics/event").headers["Allow"]


def test_a_person_is_told_in_words_what_they_may_not_do_and_a_program_by_its_scope(app, client):
    signed_in(client, make_account(app, Role.OPS))

    page = client.get("/admin/accounts", headers={"Accept": "text/html"}).text
    problem = client.get("/admin/accounts", headers={"Accept": "application/json"}).json

    assert "Your account can’t view or change other people’s accounts." in page
    assert "An admin can give it a role that can." in page
    assert not [scope for scope in Scope if scope in page]
    assert problem["detail"] == "This needs the scope accounts:manage."
    assert set(DEEDS) == set(Scope)


def test_a_form_that_is_refused_leads_back_to_its_page(client):
    sent = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}

    own = client.post("/privacy", headers={**sent, "Referer": "http://localhost/privacy?x=1"}).text
    foreign = client.post("/privacy", headers={**sent, "Referer": "http://evil.example/privacy"}).text

    assert 'href="/privacy?x=1">Back to the page' in own
    assert "Back to the page" not in foreign


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
