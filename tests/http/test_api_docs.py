"""OPS-4: `/api/docs` explains every operation and every problem of the OpenAPI document."""

from __future__ import annotations

import json
import re
import shlex
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from markupsafe import escape

from backend.api_docs.document import MEANINGS, outline, problem_kinds, section_of
from backend.errors import MingusError

PERSON = {
    "type": "object",
    "required": ["name", "born"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 100, "examples": ["Ada's"]},
        "born": {"type": "string", "format": "date"},
        "level": {"anyOf": [{"type": "string", "enum": ["low", "high"]}, {"type": "null"}], "default": None},
        "shares": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
        "friends": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}, "maxItems": 5},
    },
}
ANSWERS = {
    "200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Person"}}}},
    "401": {"description": "Unauthorized", "content": {"application/problem+json": {"schema": {}}}},
    "403": {"description": "Forbidden", "content": {"application/problem+json": {"schema": {}}}},
}


def document(**operation):
    operation = {"tags": ["People"], "summary": "Know a person", "responses": ANSWERS, **operation}
    path = "/api/people/{code}" if "parameters" in operation else "/api/people"
    return {
        "paths": {path: {"post" if "requestBody" in operation else "get": operation}},
        "tags": [{"name": "People", "description": "Who there is."}],
        "components": {"schemas": {"Person": PERSON}},
    }


def operation(**given):
    return section_of(document(**given), "people", "http://127.0.0.1:5000/").operations[0]


def body(schema=None):
    return {"content": {"application/json": {"schema": schema or {"$ref": "#/components/schemas/Person"}}}}


def fields(of):
    return {field.name: field for field in of}


def test_every_operation_stands_in_the_contents_and_on_the_page_of_its_part(client):
    spec = client.get("/api/openapi.json").json
    start = client.get("/api/docs").text
    pages = {part.anchor: client.get(f"/api/docs/{part.anchor}").text for part in outline(spec)}

    listed = [(part.anchor, entry) for part in outline(spec) for entry in part.entries]
    assert len(listed) == sum(len(methods) for methods in spec["paths"].values())
    for part, entry in listed:
        assert f'href="/api/docs/{part}#{entry.anchor}"' in start
        assert f'id="{entry.anchor}"' in pages[part]
        assert f"<code>{entry.path}</code>" in pages[part]
        assert escape(entry.summary) in pages[part]
    assert 'href="/api/openapi.json"' in start
    assert client.get("/api/docs/nothing").status_code == 404


def test_operations_are_found_by_words_of_their_path_and_title(client):
    found = client.get("/api/docs?q=dashboard FUNNEL").text
    links = re.findall(r'<li><a href="/api/docs/([^"]+)"><span class="method', found)

    assert "dashboards#get-api-analytics-dashboard-funnel" in links
    assert all("funnel" in link for link in links)
    assert "Nothing matches “zebra”" in client.get("/api/docs?q=zebra").text
    assert client.get("/api/docs", query_string={"q": "<b>\0" * 500}).status_code == 200


def test_every_problem_type_leads_to_its_explanation(client):
    page = client.get("/api/docs").text
    kinds = problem_kinds()

    assert {kind.code for kind in kinds} >= {"not_found", "too_many_requests", "method_not_allowed", "internal_error"}
    assert [kind.code for kind in kinds if f'id="problem-{kind.code}"' not in page] == []


@pytest.mark.parametrize("request_", [("GET", "/api/nothing"), ("PUT", "/api/docs"), ("GET", "/analytics/funnel")])
def test_the_type_of_a_real_problem_is_an_anchor_of_the_page(client, request_):
    method, path = request_
    problem = client.open(path, method=method, headers={"Accept": "application/json"}).json

    assert f'id="{problem["type"].partition("#")[2]}"' in client.get(problem["type"]).text


def test_every_error_of_ours_is_explained_and_only_once(client):
    kinds = problem_kinds()

    assert {MingusError.code, *(error.code for error in MingusError.__subclasses__())} <= set(MEANINGS)
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_the_page_has_no_inline_script_or_style(client):
    page = client.get("/api/docs").text

    assert not re.search(r"<style|\sstyle=|<script(?![^>]+src=)", page)


def test_references_are_followed_once_around():
    members = fields(operation().answers[0].contents[0].fields)

    assert members["friends"].type == "array of object"
    assert "name" in fields(members["friends"].fields)


def test_types_say_what_may_be_null_and_limits_what_fits():
    members = fields(operation(requestBody=body()).bodies[0].fields)

    assert members["level"].type == "string or null"
    assert members["level"].limits == ("one of low, high",)
    assert members["name"].limits == ("1 to 100 characters",)
    assert members["friends"].limits == ("at most 5 items",)
    assert members["name"].required
    assert not members["level"].required
    assert fields(members["shares"].fields)["any name"].limits == ("at least 0",)


def test_several_forms_of_a_body_are_told_apart():
    forms = operation(requestBody=body({"anyOf": [PERSON, {"type": "array", "items": PERSON}]})).bodies[0].fields

    assert [(form.name, form.type, form.variant) for form in forms] == [
        ("either", "object", True),
        ("or", "array of object", True),
    ]


def test_the_example_is_a_command_that_a_shell_takes():
    words = shlex.split(operation(requestBody=body(), security=[{"api_key": []}]).example.curl())

    assert words[:2] == ["curl", "http://127.0.0.1:5000/api/people"]
    assert "Authorization: Bearer $MINGUS_KEY" in words
    assert words[-1].replace("\n", "").replace(" ", "") == '{"name":"Ada\'s","born":"2026-11-21"}'


class Recorder(BaseHTTPRequestHandler):
    """Keeps what was sent to it in `server.sent`."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.sent.append((self.command, self.path, self.headers["Authorization"], body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")


@pytest.fixture
def recorder():
    with HTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.sent = []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_example_in_python_sends_the_same_request(recorder, monkeypatch):
    code = {"name": "code", "in": "path", "required": True, "schema": {"type": "string", "examples": ["29-1141"]}}
    asked = {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}, "example": "rn & co"}
    spec = document(requestBody=body(), security=[{"api_key": []}], parameters=[code, asked])
    example = section_of(spec, "people", f"http://127.0.0.1:{recorder.server_port}").operations[0].example
    monkeypatch.setenv("MINGUS_KEY", "k-1")
    exec(example.python(), {})

    [(method, path, proof, sent)] = recorder.sent
    assert (method, path) == ("POST", "/api/people/29-1141?q=rn+%26+co")
    assert proof == "Bearer k-1"
    assert json.loads(sent) == json.loads(example.body) == {"name": "Ada's", "born": "2026-11-21"}


def test_every_example_of_the_reference_is_a_program(client):
    spec = client.get("/api/openapi.json").json
    parts = [section_of(spec, part.anchor, "https://mingus.example/") for part in outline(spec)]

    for one in (one for part in parts for one in part.operations):
        compile(one.example.python(), one.path, "exec")
        assert shlex.split(one.example.curl())[0] == "curl"
        assert one.example.javascript().count("`") % 2 == 0
    assert len(parts) > 3


@pytest.mark.parametrize(
    ("security", "variable"),
    [
        ([{"access_token": []}], "$MINGUS_TOKEN"),
        ([{"refresh_token": []}], "$MINGUS_REFRESH_TOKEN"),
        ([{}, {"api_key": []}, {"access_token": []}], "$MINGUS_KEY"),
    ],
)
def test_the_example_sends_the_proof_that_is_asked_for(security, variable):
    assert f'"Authorization: Bearer {variable}"' in operation(security=security).example.curl()
    assert "Authorization" not in operation().example.curl()


def test_the_example_fills_the_path_and_what_the_query_needs():
    code = {"name": "code", "in": "path", "required": True, "schema": {"type": "string", "examples": ["29-1141"]}}
    asked = {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}, "example": "rn & co"}
    free = {"name": "page", "in": "query", "required": False, "schema": {"type": "integer"}}

    curl = operation(parameters=[code, asked, free]).example.curl()

    assert shlex.split(curl)[1] == "http://127.0.0.1:5000/api/people/29-1141?q=rn+%26+co"


@pytest.mark.parametrize(
    ("security", "key"),
    [([{"api_key": ["people:read"]}], "required"), ([{}, {"api_key": []}], "optional"), ([], "optional")],
)
def test_an_operation_says_whether_it_needs_a_key(security, key):
    assert operation(security=security).key == key


def test_an_operation_names_its_scopes_and_its_problems():
    found = operation(security=[{"api_key": ["people:read"]}])

    assert found.scopes == ("people:read",)
    assert [problem.code for problem in found.problems] == ["unauthenticated", "forbidden"]
