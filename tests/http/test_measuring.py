"""Requests are measured by their template; what somebody tries out has one name."""

from __future__ import annotations

from time import time
from uuid import uuid4

import pytest
from flask import Response

from app.measuring import seconds_queued
from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.monitoring.request_names import UNKNOWN_ADDRESS
from backend.plugins import KEY
from backend.routes.access import public
from tests.conftest import close, make_app, make_settings


@pytest.fixture
def readings(app):
    return app.extensions[KEY].build(Readings)


def of(readings, family):
    return [reading for reading in readings.drain() if reading.family == family]


def test_a_request_leaves_its_template_time_and_status_class(client, readings):
    answer = client.get("/jobs/registered-nurses")
    [request] = of(readings, Family.REQUEST)
    client.get("/jobs/nobody")
    [missing] = of(readings, Family.REQUEST)

    assert (request.name, request.outcome) == ("GET /jobs/<slug>", "2xx")
    assert 0 < request.value < 60
    assert abs(time() - request.at) < 60
    assert (missing.name, missing.outcome) == ("GET /jobs/<slug>", "4xx")
    assert answer.status_code == 200


def test_the_bytes_are_those_that_are_sent(client, readings):
    answer = client.get("/health/live")
    [sent] = of(readings, Family.REQUEST_BYTES)
    client.head("/health/live")

    assert (sent.name, sent.value) == ("GET /health/live", len(answer.data))
    assert of(readings, Family.REQUEST_BYTES) == []


@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
@pytest.mark.parametrize("path", ["/wp-admin.php", "/no/such/place", "/api/jobs/x"])
def test_addresses_that_do_not_exist_share_one_name(client, readings, method, path):
    client.open(path, method=method)

    [request] = of(readings, Family.REQUEST)
    assert (request.name, request.outcome) == (UNKNOWN_ADDRESS, "4xx")


def test_a_view_that_fails_is_measured_as_a_fault(app, readings):
    def fail():
        raise RuntimeError

    app.add_url_rule("/failing", "failing", public("a test")(fail))
    app.testing = False
    app.test_client().get("/failing")

    [request] = of(readings, Family.REQUEST)
    assert (request.name, request.outcome) == ("GET /failing", "5xx")


def test_a_stream_counts_until_it_begins(app, readings):
    def stream():
        yield "now"
        raise AssertionError("nobody reads on")

    app.add_url_rule("/stream", "stream", public("a test")(lambda: Response(stream(), mimetype="text/event-stream")))
    with app.test_client().get("/stream", buffered=False) as answer:
        assert next(answer.response) == b"now"
        taken = readings.drain()

    assert [(reading.family, reading.name) for reading in taken if reading.family != Family.QUERY] == [
        (Family.REQUEST, "GET /stream")
    ]


def test_nothing_is_recorded_while_monitoring_is_off(client, readings):
    readings.is_on = False
    client.get("/jobs/registered-nurses")

    assert readings.drain() == []


def test_queries_of_a_request_are_measured(client, readings):
    client.get("/health/ready")

    assert any(reading.name.startswith("SELECT alembic_version") for reading in of(readings, Family.QUERY))


def test_the_wait_behind_a_proxy_is_believed_of_a_proxy_alone(app, instance, readings):
    app.test_client().get("/health/live", headers={"X-Request-Start": f"t={time() - 2:.3f}"})
    assert of(readings, Family.QUEUE) == []

    behind = make_app(make_settings(instance, TRUSTED_PROXIES=1))
    behind.test_client().get("/health/live", headers={"X-Request-Start": f"t={time() - 2:.3f}"})
    [queued] = of(behind.extensions[KEY].build(Readings), Family.QUEUE)
    close(behind)

    assert 1.9 < queued.value < 60


@pytest.mark.parametrize("since", ["t=1700000000.5", "1700000000.500", "1700000000500", "t=1700000000500000"])
def test_proxies_write_seconds_milliseconds_or_microseconds(since):
    assert seconds_queued(since, 1700000002.0) == pytest.approx(1.5)


@pytest.mark.parametrize(
    "since", ["", "t=", "now", "t=-5", "t=1e400", "t=nan", "t=1800000000", "t=1600000000", "9" * 400]
)
def test_a_time_that_cannot_be_is_no_wait(since):
    assert seconds_queued(since, 1700000002.0) is None


def test_an_event_of_a_page_is_measured_once_and_as_a_visit_of_somebody(client, readings):
    event = {"event_id": str(uuid4()), "event_type": "web_vitals", "session_id": "s-1"}
    event["event_data"] = {"page": "home", "lcp": 1500}
    sent_by = {"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (iPhone) Mobile Safari"}
    for _ in range(2):
        assert client.post("/api/analytics/event", json=event, headers=sent_by).status_code == 202

    assert [(reading.name, reading.value) for reading in of(readings, Family.VITAL)] == [("LCP / phone", 1.5)]
