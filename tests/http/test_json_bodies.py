"""No JSON body, however odd, is our own fault: every route that takes one says what is wrong with it."""

from __future__ import annotations

import json
from io import BytesIO
from uuid import uuid4

import pytest

from backend.accounts.permissions import Scope
from backend.routes.access import takes_json
from backend.routes.schemas.json_bodies import DEEPEST, Unfit, loads

ROUTES = {
    "/api/analytics/query": {"measures": ["sessions"], "filters": [{"field": "source", "op": "eq", "value": "\ud800"}]},
    "/api/analytics/views": {"name": "\ud800", "page": "/analytics"},
    "/api/analytics/annotations": {"at": "2026-11-21", "text": "\ud800"},
    "/api/analytics/boards": {"name": "\ud800"},
    "/api/analytics/goals": {"measure": "\ud800", "value": 1},
    "/api/analytics/views/<public_id>": {"name": "\ud800"},
    "/api/analytics/annotations/<public_id>": {"at": "2026-11-21", "text": "\ud800"},
    "/api/analytics/boards/<public_id>": {"name": "\ud800"},
    "/api/analytics/goals/<public_id>": {"direction": "\ud800"},
    "/api/analytics/browser-error": {"type": "\ud800", "route": "/", "frames": []},
    "/api/analytics/performance/errors/<group_id>": {"state": "ignored", "reason": "\ud800"},
    "/api/analytics/performance/rules": {"title": "\ud800"},
    "/api/analytics/performance/rules/<rule_id>": {"title": "\ud800"},
    "/api/analytics/performance/incidents": {"title": "\ud800"},
    "/api/analytics/performance/incidents/<incident_id>/updates": {"text": "\ud800"},
    "/api/analytics/performance/silences": {"reason": "\ud800"},
    "/api/analytics/performance/on-call": {"zone": "\ud800"},
    "/api/analytics/performance/channels": {"name": "\ud800"},
    "/api/analytics/performance/channels/<channel_id>": {"name": "\ud800"},
    "/api/analytics/ab-testing/create": {"name": "\ud800"},
    "/api/analytics/ab-testing/<test_id>": {"name": "\ud800"},
    "/api/analytics/ab-testing/<test_id>/weights": {"why": "\ud800"},
    "/api/analytics/ab-testing/<test_id>/automation": {"why": "\ud800"},
    "/api/analytics/ab-testing/<test_id>/ship": {"variant": "\ud800"},
    "/api/analytics/holdouts": {"name": "\ud800"},
    "/api/analytics/holdouts/<name>": {"why": "\ud800"},
    "/api/flags": {"key": "\ud800"},
    "/api/flags/<key>": {"description": "\ud800"},
    "/api/calculator/assess": {"occupation": "\ud800"},
    "/api/v1/auth/login": {"email": "\ud800@example.org", "password": "\ud800"},
}
POSTED = ("/updates", "/weights", "/automation", "/ship")
# Of what changes one thing; the rest is posted.
PUT = ("/api/analytics/annotations/<public_id>", "/api/analytics/performance/on-call", "/api/flags/<key>")
VERBS = dict.fromkeys((route for route in ROUTES if "<" in route), "PATCH") | {
    route: "POST" if route.endswith(POSTED) else "PUT"
    for route in ROUTES
    if route in PUT or ("<" in route and ("/performance/" in route or route.endswith(POSTED)))
}
IDS = {"<public_id>": str(uuid4()), "<group_id>": "1", "<rule_id>": "cpu-high", "<channel_id>": "1"}
IDS |= {"<incident_id>": "1", "<test_id>": "nothing", "<name>": "nothing", "<key>": "nothing"}
WITH_KEYS = ("/api/analytics/", "/api/flags")
SCOPES = (Scope.DASHBOARDS_READ, Scope.EVENTS_WRITE, Scope.MONITORING_CONTROL, Scope.EXPERIMENTS_WRITE)
HALF, DEEP, NO_NUMBER = "holds half of a character", "nested too deeply", "is not JSON"
ODD = {
    "a list without end": ("[" * 5_000, DEEP),
    "lists": ("[" * 5_000 + "]" * 5_000, DEEP),
    "objects": ('{"filters":' * 5_000 + "1" + "}" * 5_000, DEEP),
    "what Python itself still reads": ("[" * 900 + "]" * 900, DEEP),
    "half a character": ('"\\ud800"', HALF),
    "half a character as a name": ('{"\\udc00": 1}', HALF),
    "what is no number": ('{"measures": [NaN]}', NO_NUMBER),
    "no end of a number": ('{"limit": -Infinity}', NO_NUMBER),
}


def send(client, url, **content):
    address = url
    for name, value in IDS.items():
        address = address.replace(name, value)
    return client.open(address, method=VERBS.get(url, "POST"), **content)


@pytest.fixture
def post(client, make_key):
    key = make_key(*map(str, SCOPES))

    def post(url, body):
        headers = {"Authorization": f"Bearer {key}"} if url.startswith(WITH_KEYS) else {}
        return send(client, url, data=body, content_type="application/json", headers=headers)

    return post


def test_these_are_all_routes_that_take_json(app):
    rules = {rule.rule for rule in app.url_map.iter_rules() if takes_json(app.view_functions[rule.endpoint])}
    described = {
        path.replace("{", "<").replace("}", ">")
        for path, item in app.extensions["openapi"]()["paths"].items()
        if "application/json" in str([operation.get("requestBody") for operation in item.values()])
    }

    assert rules == set(ROUTES) == described - {"/api/analytics/event"}


def in_chunks(body):
    """As gunicorn hands on a body whose length no header tells."""
    return {"input_stream": BytesIO(body), "environ_overrides": {"wsgi.input_terminated": True}}


@pytest.mark.parametrize("url", ROUTES)
@pytest.mark.parametrize(("length", "status"), [(64 * 1024 + 1, 413), (10**6, 413), (64 * 1024, 422)])
def test_a_body_in_chunks_is_refused_by_its_length_too(client, make_key, url, length, status):
    key = make_key(*map(str, SCOPES))
    headers = {"Authorization": f"Bearer {key}"} if url.startswith(WITH_KEYS) else {}

    body = b'{"x": 1' + b" " * (length - 8) + b"}"
    answer = send(client, url, content_type="application/json", headers=headers, **in_chunks(body))

    assert answer.status_code == status


def test_a_form_in_chunks_is_refused_by_its_length_too(client):
    form = b"email=" + b"a" * 64 * 1024

    answer = client.post("/sign-in", content_type="application/x-www-form-urlencoded", **in_chunks(form))

    assert answer.status_code == 413


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("url", ROUTES)
def test_what_nobody_could_store_is_refused_with_a_sentence(post, url, odd):
    body, sentence = ODD[odd]

    answer = post(url, body)

    assert (answer.status_code, answer.json["code"]) == (400, "bad_request")
    assert sentence in answer.json["detail"]


@pytest.mark.parametrize("url", ROUTES)
def test_half_a_character_anywhere_is_refused(post, url):
    answer = post(url, json.dumps(ROUTES[url]))

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert HALF in answer.json["detail"]


@pytest.mark.parametrize("odd", ODD)
def test_events_are_refused_too(post, odd):
    body, _ = ODD[odd]

    assert 400 <= post("/api/analytics/event", body).status_code < 500


def test_whole_characters_and_usual_nesting_are_read():
    body = '{"name": "\\ud83d\\ude00", "of": ' + "[" * (DEEPEST - 2) + "]" * (DEEPEST - 2) + "}"

    assert loads(body)["name"] == "\U0001f600"
    with pytest.raises(Unfit):
        loads(f"[[{body}]]")


def test_a_whole_number_may_be_written_with_a_point(client):
    report = {"route": "/", "type": "TypeError", "frames": [{"script": "/static/js/charts.js", "line": 7.0}]}
    site = {"Sec-Fetch-Site": "same-origin"}

    assert client.post("/api/analytics/browser-error", json=report, headers=site).status_code < 300
    report["frames"][0]["line"] = 7.5
    assert client.post("/api/analytics/browser-error", json=report, headers=site).status_code == 422
