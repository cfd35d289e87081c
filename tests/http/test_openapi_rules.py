"""OPS-4: what the API refuses by a rule that JSON Schema can say, its document refuses too."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

import jsonschema_rs
import pytest
from pydantic import BaseModel

from backend.accounts.permissions import Role
from tests.accounts import make_account

API = "/api/analytics"
QUERY, VIEWS, ANNOTATIONS = f"{API}/query", f"{API}/views", f"{API}/annotations"
FUNNEL, BEHIND, EVENT = f"{API}/dashboard/funnel", f"{API}/dashboard/funnel/sessions", f"{API}/event"
ASSESS, BROWSER_ERROR = "/api/calculator/assess", f"{API}/browser-error"
BOARDS, GOALS = f"{API}/boards", f"{API}/goals"
BOARD, TILE, GOAL = {"name": "x"}, {"measure": "visitors"}, {"measure": "sessions", "value": 10}
CALL = {"script": "/static/js/charts.js", "line": 1}
FAILED = {"type": "TypeError", "route": "/", "frames": [CALL]}
COUNT = {"measures": ["sessions"]}
VIEW = {"name": "x", "kind": "view", "page": "overview", "parameters": {}}
SEGMENT = {"name": "x", "kind": "segment", "parameters": {"source": ["mail"]}}


def a_filter(**condition):
    return COUNT | {"filters": [{"field": "source"} | condition]}


BODIES = [
    *((QUERY, {"measures": names}) for names in ([], ["sessions", "sessions"], ["visits"], ["sessions"] * 21)),
    *((QUERY, COUNT | {"dimensions": names}) for names in (["source", "source"], ["from"], [*"abcde"])),
    *((QUERY, COUNT | other) for other in ({"limit": 0}, {"limit": 10_001}, {"currency": "usd"}, {"order": "most"})),
    *((QUERY, COUNT | {"start": text}) for text in ("1999-12-31", "2026-02-29", "2026-11-21T09:00:00", "soon")),
    *((QUERY, a_filter(op=op)) for op in ("eq", "contains", "not_in")),
    *((QUERY, a_filter(op=op, value="x")) for op in ("is_null", "not_null")),
    *((QUERY, a_filter(op=op, value=[])) for op in ("in", "contains")),
    *((QUERY, a_filter(value=value)) for value in ("x" * 201, "\0", ["x" * 201], [f"{n}" for n in range(101)])),
    (QUERY, a_filter(op="contains", value="")),
    (QUERY, a_filter(field="from", value="x")),
    (QUERY, COUNT | {"filters": [{"field": "source", "value": "x"}] * 101}),
    *((VIEWS, VIEW | other) for other in ({"name": ""}, {"name": " "}, {"name": "x\ny"}, {"name": "x" * 81})),
    *((VIEWS, VIEW | other) for other in ({"page": "funnel"}, {"page": None}, {"parameters": {"steps": ["a,b"]}})),
    *((VIEWS, SEGMENT | other) for other in ({"page": "overview"}, {"parameters": {"period": ["30d"]}})),
    (VIEWS, VIEW | {"kind": "funnel"}),
    *((ANNOTATIONS, {"at": at, "text": "x"}) for at in ("", "2201-01-01", "2100-02-29", "2026-11-21T09:00")),
    *((ANNOTATIONS, {"at": "2026-11-21", "text": text}) for text in ("", " ", "a\tb", "x" * 201)),
    (QUERY, {"measures": ["events"], "dimensions": ["source"]}),
    (QUERY, {"measures": ["sessions"], "dimensions": ["event_type"]}),
    (QUERY, {"measures": ["sessions", "events"], "filters": [{"field": "source", "value": "x"}]}),
    *((VIEWS, VIEW | {"parameters": {"period": values}}) for values in ([], ["7d", "30d"])),
    (VIEWS, SEGMENT | {"parameters": {"source": ["\0"]}}),
    *((BOARDS, BOARD | other) for other in ({"name": " "}, {"tiles": [TILE] * 13})),
    (BOARDS, BOARD | {"tiles": [{"measure": "visits"}]}),
    *(
        (BOARDS, BOARD | {"tiles": [TILE | other]})
        for other in ({"kind": "list"}, {"breakdown": "source"}, {"id": "x"})
    ),
    (BOARDS, BOARD | {"tiles": [TILE | {"title": "x" * 81}]}),
    *((GOALS, GOAL | other) for other in ({"measure": "visits"}, {"value": -1}, {"value": "1"}, {"period": "year"})),
    *((GOALS, GOAL | {"starts_on": day}) for day in ("soon", "2026-02-30", "1999-12-31")),
    (ASSESS, {"occupation": "nurse"}),
    (EVENT, {"event_type": "email_sent", "session_id": "mingus-server-letters"}),
    *((BROWSER_ERROR, FAILED | {"frames": [CALL | other]}) for other in ({"line": -1}, {"line": 1.5}, {"line": 1e8})),
]
ADDRESSES = [
    *((f"{API}/dashboard/{name}", {"breakdown": "event_type"}) for name in ("conversions", "popular", "geographic")),
    *((f"{API}/dashboard/popular", query) for query in ({"limit": "0"}, {"order": "most"}, {"source_contains": ""})),
    *((f"{API}/dashboard/revenue", query) for query in ({"start": "1999-12-31"}, {"source_not": "x" * 201})),
    *((FUNNEL, {"steps": steps}) for steps in ("seen", "Seen,b", "a,b:x", ",".join(["a"] * 13))),
    *((FUNNEL, query) for query in ({"window": "1w"}, {"limit": "101"}, {"breakdown": "event_type"})),
    *((FUNNEL, {"exclude": exclude}) for exclude in ("A", ",".join(["x"] * 11))),
    *(
        (BEHIND, {"step": "1"} | query)
        for query in ({"step": "13"}, {"top": "0"}, {"end": "tomorrow"}, {"source": "\0"})
    ),
    (ANNOTATIONS, {"start": "2026-02-30"}),
]
GOOD = [
    (QUERY, COUNT | {"start": "2028-02-29", "end": "2028-02-29", "order": "-sessions"}),
    (QUERY, COUNT | {"start": "2026-11-21T09:00:00.5+05:30", "end": "2026-11-22", "limit": 10_000}),
    *((QUERY, a_filter(op=op)) for op in ("is_null", "not_null")),
    *((QUERY, a_filter(op="contains", value=value)) for value in ("x", ["x", "y"])),
    (QUERY, {"measures": ["sessions", "events"], "dimensions": ["country"]}),
    (QUERY, {"measures": ["events"], "dimensions": ["event_type"]}),
    (VIEWS, SEGMENT | {"name": "2", "parameters": {"source": ["mail", ""]}}),
    (VIEWS, VIEW | {"kind": "funnel", "page": None, "parameters": {"steps": ["a,b"]}}),
    (ANNOTATIONS, {"at": "2200-12-31T23:59Z", "text": " Ünï "}),
    (BOARDS, BOARD | {"tiles": [TILE, TILE | {"kind": "list", "breakdown": "source"}]}),
    (GOALS, GOAL | {"starts_on": "2026-12-01", "direction": "at_most"}),
]


@pytest.fixture
def caller(app, make_key):
    """Calls as an admin, and sends events with a key."""
    account, client = make_account(app, Role.ADMIN), app.test_client()
    known = {"email": account.email, "password": account.password, "code": account.code()}
    token, key = client.post("/api/v1/auth/login", json=known).json["access_token"], make_key("events:write")

    def call(path, **content):
        method = client.post if "json" in content else client.get
        return method(path, headers={"Authorization": f"Bearer {key if path == EVENT else token}"}, **content)

    return call


@pytest.fixture
def document(caller):
    return caller("/api/openapi.json").json


def may_be_sent(document, path, body):
    [media] = [m for kind, m in document["paths"][path]["post"]["requestBody"]["content"].items() if "json" in kind][:1]
    schema = media["schema"] | {"components": document["components"]}
    return jsonschema_rs.validator_for(schema).is_valid(body)


def may_be_asked(document, path, query):
    """Whether each parameter may have this value, as a number where it is one."""
    schemas = {parameter["name"]: parameter["schema"] for parameter in document["paths"][path]["get"]["parameters"]}
    return all(
        jsonschema_rs.validator_for(schemas[name] | {"components": document["components"]}).is_valid(value)
        for name, text in query.items()
        for value in [int(text) if schemas[name].get("type") == "integer" else text]
    )


def test_bodies_that_are_refused_are_none_by_the_document(caller, document):
    taken = [(path, body) for path, body in BODIES if caller(path, json=body).status_code != 422]
    allowed = [(path, body) for path, body in BODIES if may_be_sent(document, path, body)]

    assert (taken, allowed) == ([], [])


def test_parameters_that_are_refused_are_none_by_the_document(caller, document):
    taken = [(path, query) for path, query in ADDRESSES if caller(path, query_string=query).status_code != 422]
    allowed = [(path, query) for path, query in ADDRESSES if may_be_asked(document, path, query)]

    assert (taken, allowed) == ([], [])


def test_what_the_document_allows_up_to_its_limits_is_taken(caller, document):
    refused = [(path, body) for path, body in GOOD if caller(path, json=body).status_code not in (200, 201)]

    assert refused == [(path, body) for path, body in GOOD if not may_be_sent(document, path, body)] == []


def all_below(kind):
    return {kind, *(found for below in kind.__subclasses__() for found in all_below(below))}


def test_no_two_types_have_one_name_in_the_document(client):
    """The document would describe one of them, and promise it for both."""
    described = client.get("/api/openapi.json").json["components"]["schemas"]
    types = [*all_below(StrEnum), *all_below(BaseModel)]
    named = Counter(kind.__name__ for kind in types if kind.__module__.startswith("backend."))

    assert {name for name in described if named[name] > 1} == set()


def unsaid_bounds(schema):
    """Bounds that pydantic could not put into JSON Schema's words: a document leaves them out without a word."""
    below = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    own = {"ge", "gt", "le", "lt", "strict"} & schema.keys() if isinstance(schema, dict) and "type" in schema else set()
    return own.union(*map(unsaid_bounds, below))


def test_no_bound_of_a_body_is_lost_in_the_document(client):
    types = [kind for kind in all_below(BaseModel) if kind.__module__.startswith("backend.routes.schemas.")]

    assert {kind.__name__ for kind in types if unsaid_bounds(kind.model_json_schema())} == set()
