"""OPS-4: the OpenAPI document is true."""

from __future__ import annotations

import subprocess
import sys

from tests.servers import PROJECT

PRINT = """
from app import create_app
from config.settings import Settings
app = create_app(Settings.from_env({"SECRET_KEY": "x" * 40}))
print(app.test_client().get("/api/openapi.json").text, end="")
"""


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
        if rule.rule.startswith(("/api/", "/health", "/metrics")) and not rule.endpoint.startswith("api_docs.")
    }

    assert described == served


def test_it_is_openapi_3_1_with_one_shape_of_errors(client):
    spec = client.get("/api/openapi.json").json

    assert spec["openapi"] == "3.1.0"
    for item in spec["paths"].values():
        for operation in item.values():
            errors = {status: r for status, r in operation["responses"].items() if status >= "4"}
            for status, response in errors.items():
                if status != "414" and (status != "503" or "/health" not in operation["operationId"]):
                    assert set(response["content"]) <= {"application/problem+json", "application/json"}


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
