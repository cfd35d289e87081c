"""OPS-4, check 2: what the OpenAPI document promises holds for every request that Schemathesis invents."""

from __future__ import annotations

import subprocess
import sys

import pytest

from backend.accounts.permissions import Role
from tests.accounts import make_account
from tests.servers import PROJECT

CONFIG = PROJECT / "tests/plugins/schemathesis.toml"
OF_PEOPLE = "/api/v1/auth/profile|/analytics/(views|annotations)"  # a key reads the dashboards as a token does
LONG = pytest.mark.timeout(1_800)  # thousands of requests, on a machine that may be busy
KEY_SCOPES = (
    "dashboards:read", "events:write", "monitoring:read", "monitoring:control",
    "experiments:read", "experiments:write", "experiments:assign",
)  # fmt: skip


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
