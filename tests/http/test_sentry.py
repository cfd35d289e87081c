"""PERF-7: with a DSN, errors go to Sentry too, masked as in our own groups; without one, its SDK is not even loaded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pydantic import SecretStr

from backend.analytics.monitoring.errors.buffer import ErrorBuffer
from backend.plugins import get
from backend.routes.access import public
from config.settings import InvalidSettings, Settings
from tests.collectors import collecting
from tests.conftest import close, make_app, make_settings


@pytest.fixture
def sentry():
    with collecting() as collector:
        yield collector


@pytest.fixture
def app(instance, sentry):
    dsn = SecretStr(sentry.url.replace("://", "://publickey@") + "/7")
    app = make_app(make_settings(instance, SENTRY_DSN=dsn, RELEASE="r1"))

    @public("a fault for a test")
    def broken(name):
        try:
            int(name)
        except ValueError as error:
            raise LookupError(f"cannot greet {name}") from error

    app.add_url_rule("/broken/<name>", view_func=broken)
    app.testing = False
    yield app
    close(app)


def test_an_error_arrives_in_an_envelope_and_says_nothing_of_anybody(app, sentry):
    headers = {"X-Request-Id": "request-77", "Cookie": "a=canary", "Authorization": "Basic canary"}
    app.test_client().get("/broken/jane@example.org?pay=48000", headers=headers)
    sentry.wait(1)

    path, sent, body = sentry.received[0]
    assert path == "/api/7/envelope/"
    assert "sentry_key=publickey" in sent["x-sentry-auth"]
    _, item, event = (json.loads(line) for line in body.splitlines()[:3])
    assert item["type"] == "event"
    assert (event["release"], event["environment"], event["transaction"]) == ("r1", "development", "GET /broken/<name>")
    assert event["tags"]["request_id"] == "request-77"
    cause, error = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("LookupError", "cannot greet …")
    assert cause["value"].startswith("invalid literal for int() with base")
    assert error["stacktrace"]["frames"][-1]["function"] == "broken"
    assert not any(word in body.decode() for word in ("jane", "48000", "canary", '"vars"'))


def test_errors_of_one_group_are_one_issue(app, sentry):
    for name in ("jane", "maria"):
        app.test_client().get(f"/broken/{name}")
    sentry.wait(2)

    fingerprints = {json.loads(body.splitlines()[2])["fingerprint"][0] for _, _, body in sentry.received}
    with app.app_context():
        assert fingerprints == set(get(ErrorBuffer)._bursts)


def test_without_a_dsn_the_sdk_is_not_loaded(instance):
    code = (
        "import sys; from app import create_app; from config.settings import Settings;"
        f"create_app(Settings.from_env({{'INSTANCE_DIR': {str(instance)!r}}}));"
        "print([name for name in sys.modules if name.split('.')[0] in ('sentry_sdk', 'opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SENTRY_DSN", "sentry.example/1"),
        ("SENTRY_DSN", "https://sentry.example/1"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318"),
    ],
)
def test_an_address_that_cannot_be_right_stops_the_start(name, value):
    with pytest.raises(InvalidSettings, match=name):
        Settings.from_env({name: value})
