"""PERF-5c: the shipped collector finds in each line of a request what finds the request again."""

from __future__ import annotations

import json
import logging
import re
from io import StringIO

import pytest

from app.logs import lines
from backend.routes.access import public
from tests.collected_logs import collected, shipped
from tests.conftest import close, make_app, make_settings

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
AS_IN_THE_FILE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")  # Go reads a fraction unasked


@pytest.fixture
def log(instance):
    """The lines of one request that warns, as they are written."""
    app, stream = make_app(make_settings(instance, RELEASE="r1", LOG_LEVEL="INFO")), StringIO()
    logging.getLogger().handlers[0].setStream(stream)

    @public("a line for a test")
    def speak(name):
        logging.getLogger("x").warning("spoken")
        return {}

    app.add_url_rule("/speak/<name>", view_func=speak)
    headers = {"X-Request-Id": "request-77", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    app.test_client().get("/speak/canary", headers=headers)
    app.test_client().get("/speak/canary")
    close(app)
    return stream.getvalue().splitlines()


def test_each_line_is_sent_with_its_request_id_trace_route_and_release(log):
    records = [collected(line) for line in log[:2]]

    assert [(record["body"], record["severity"]) for record in records] == [("spoken", "warn"), ("request", "info")]
    for record in records:
        assert record["trace_id"] == TRACE
        assert record["attributes"]["mingus.request_id"] == "request-77"
        assert record["attributes"]["http.route"] == "/speak/<name>"
        assert record["resource"] == {"service.version": "r1"}
        assert AS_IN_THE_FILE.fullmatch(record["time"])
    assert records[-1]["attributes"]["http.request.method"] == "GET"
    assert records[-1]["attributes"]["http.response.status_code"] == 200


def test_a_line_without_a_trace_is_sent_without_one(log):
    assert json.loads(log[-1])["trace_id"] == ""
    assert "trace_id" not in collected(log[-1])


def test_a_line_that_is_no_json_is_sent_as_it_is():
    assert collected("Killed") == {"body": "Killed", "attributes": {}, "resource": {}}


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL])
def test_every_level_of_the_log_has_a_severity(level):
    record = logging.LogRecord("x", level, "", 0, "said", (), None)

    assert collected(lines("json").format(record))["severity"] in {"debug", "info", "warn", "error", "fatal"}


def test_the_pipeline_names_only_what_the_file_defines():
    file = shipped()
    [pipeline] = file["service"]["pipelines"].values()

    assert set(file["service"]["extensions"]) == set(file["extensions"])
    assert {kind: set(names) for kind, names in pipeline.items()} == {
        kind: set(file[kind]) for kind in ("receivers", "processors", "exporters")
    }
