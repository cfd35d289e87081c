"""OPS-4: the OpenAPI document is true. Check 2: what it promises holds for every generated request."""

from __future__ import annotations

import subprocess
import sys

import pytest

from backend.accounts.permissions import Role
from tests.accounts import make_account
from tests.servers import PROJECT

CONFIG = PROJECT / "tests/http/schemathesis.toml"
PRINT = """
from app import create_app
from config.settings import Settings
app = create_app(Settings.from_env({"SECRET_KEY": "x" * 40}))
print(app.test_client().get("/api/openapi.json").text, end="")
"""
OF_PEOPLE = "/api/v1/auth/profile|/analytics/(views|annotations)"  # a key reads the dashboards as a token does
LONG = pytest.mark.timeout(900)  # thousands of requests, on a machine that may be busy
KEY_SCOPES = ("dashboards:read", "events:write")


def test_it_describes_every_api_route(app, client):
    described = {
        (path, method.upper())
        for path, item in client.get("/api/openapi.json").json["paths"].items()
        for method in item
    }
    served = {
        (rule.rule.replace("<", "{").replace(">", "}"), method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/api/", "/health")) and rule.endpoint not in {"api_docs.openapi", "api_docs.docs"}
    }

    assert described == served


def test_it_is_openapi_3_1_with_one_shape_of_errors(client):
    spec = client.get("/api/openapi.json").json

    assert spec["openapi"] == "3.1.0"
    for item in spec["paths"].values():
        for operation in item.values():
            errors = {status: r for status, r in operation["responses"].items() if status >= "4"}
            for status, response in errors.items():
                if status != "503" or "/health" not in operation["operationId"]:
                    assert set(response["content"]) <= {"application/problem+json", "application/json"}


def invent_requests(server, proof, *options):
    """Schemathesis, all checks, examples, limits and fuzzing, against the real server."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    given = ["--max-examples", "40", "--seed", "1", "--no-color", "--suppress-health-check", "all", *options]
    run = subprocess.run(
        [*command, f"{server.url}/api/openapi.json", *given, "-H", f"Authorization: Bearer {proof}"],
        cwd=server.log.parent,
        check=False,
        capture_output=True,
        text=True,
    )

    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:] + server.log.read_text()[-2000:]


@LONG
def test_an_invented_request_with_a_key_never_surprises(server, make_key):
    invent_requests(server, make_key(*KEY_SCOPES))


@LONG
def test_an_invented_request_with_a_token_never_surprises(app, server):
    account = make_account(app, Role.ADMIN)
    known = {"email": account.email, "password": account.password, "code": account.code()}
    token = app.test_client().post("/api/v1/auth/login", json=known).json["access_token"]

    invent_requests(server, token, "--include-path-regex", OF_PEOPLE)


def test_the_document_is_the_same_in_each_process(app, client):
    spec = client.get("/api/openapi.json").text
    again = subprocess.run(
        [sys.executable, "-c", PRINT],
        cwd=PROJECT,
        env={"PYTHONHASHSEED": "7"},
        check=True,
        capture_output=True,
        text=True,
    )

    assert again.stdout == spec
