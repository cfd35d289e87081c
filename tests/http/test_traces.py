"""PERF-5: with an OTLP endpoint, requests, SQL, jobs, and calls of others are spans of one trace, without values."""

from __future__ import annotations

from collections import defaultdict

import pytest
import sqlalchemy as sa
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.wiring.measuring import observer
from backend.analytics.monitoring.errors.buffer import ErrorBuffer
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.traces import Traces, trace_of
from backend.database import get_db_session
from backend.jobs.kinds import JobKinds
from backend.jobs.service import Jobs
from backend.plugins import KEY, get
from backend.routes.access import public
from tests.collectors import collecting
from tests.conftest import close, make_app, make_settings

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{CALLER}-01"


@pytest.fixture
def collector():
    with collecting() as collector:
        yield collector


@pytest.fixture
def app(instance, collector):
    app = make_app(make_settings(instance, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, RELEASE="r1"))

    @public("a route for a test")
    def ask(name):
        get_db_session().execute(
            sa.text(f"SELECT '{name}' AS name, 48000 FROM accounts WHERE email = :email"), {"email": name}
        )
        observer(app.extensions[KEY], Family.OUTBOUND)("slack", 0.25, "failed")
        if name == "broken":
            raise ValueError(name)
        return {}

    app.add_url_rule("/ask/<name>", view_func=ask)
    app.testing = False
    yield app
    app.extensions[KEY].build(Traces).close()
    close(app)


def spans(app, collector):
    """What the collector decoded, by the name of the span without the digest of a statement."""
    app.extensions[KEY].build(Traces).flush()
    collector.wait(1)
    decoded = defaultdict(list)
    for path, headers, body in collector.received:
        assert (path, headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = values(resource.resource)
            assert (told["service.name"], told["service.version"]) == ("mingus", "r1")
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                decoded[span.name].append(span)
    return decoded


def values(holder):
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in holder.attributes}


def test_a_request_is_a_span_of_its_callers_trace_by_route_with_its_parts(app, collector):
    headers = {"traceparent": TRACEPARENT, "X-Request-Id": "request-77"}
    assert app.test_client().get("/ask/jane@example.org?pay=1", headers=headers).status_code == 200

    decoded = spans(app, collector)
    [request] = decoded["GET /ask/<name>"]
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, CALLER)
    told = values(request)
    assert (told["http.route"], told["http.response.status_code"]) == ("/ask/<name>", 200)
    assert told["mingus.request_id"] == "request-77"
    [query] = [span for name, (span, *_) in decoded.items() if name.startswith("SELECT accounts")]
    assert query.parent_span_id == request.span_id
    assert values(query)["db.query.text"] == "SELECT ? AS name, ? FROM accounts WHERE email = ?"
    [call] = decoded["outbound slack"]
    assert (call.parent_span_id, call.status.code) == (request.span_id, 2)
    assert call.end_time_unix_nano - call.start_time_unix_nano == 250_000_000
    assert request.start_time_unix_nano < query.start_time_unix_nano < query.end_time_unix_nano
    assert not any(b"jane" in body or b"48000" in body for _, _, body in collector.received)


def test_a_failed_request_fails_its_span_and_its_error_group_names_the_trace(app, collector):
    app.test_client().get("/ask/broken")

    [request] = spans(app, collector)["GET /ask/<name>"]
    assert (request.status.code, request.parent_span_id) == (2, b"")
    with app.app_context():
        [burst] = get(ErrorBuffer)._bursts.values()
    assert burst.requests[-1].trace_id == request.trace_id.hex()


def test_a_job_is_a_trace_with_what_it_asks(app, collector):
    def work(_job):
        get_db_session().execute(sa.text("SELECT count(*) FROM accounts"))
        raise OSError("jane@example.org")

    kinds = JobKinds()
    kinds.add("mail.test", work)
    with app.app_context():
        jobs = get(Jobs)
        jobs._kinds = kinds
        jobs.add("mail.test", {})
        jobs.run_due()

    decoded = spans(app, collector)
    [job] = decoded["job mail.test"]
    assert (job.status.code, values(job)["error.type"]) == (2, "OSError")
    assert job.trace_id in [span.trace_id for name, (span, *_) in decoded.items() if name.startswith("SELECT accounts")]
    assert not any(name.startswith(("UPDATE jobs", "INSERT jobs")) for name in decoded)


@pytest.mark.parametrize(
    "sent", ["", "nonsense", f"00-{'0' * 32}-{CALLER}-01", f"ff-{TRACE}-{CALLER}-01", TRACEPARENT[:-3]]
)
def test_a_bad_traceparent_begins_a_trace_of_its_own(app, collector, sent):
    assert app.test_client().get("/ask/a", headers={"traceparent": sent}).status_code == 200
    [request] = spans(app, collector)["GET /ask/<name>"]

    assert request.trace_id.hex() != TRACE
    assert trace_of(sent) == ""


def test_an_endpoint_that_is_away_costs_no_request_an_answer(instance):
    app = make_app(make_settings(instance, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9"))

    assert app.test_client().get("/methodology").status_code == 200
    app.extensions[KEY].build(Traces).close()
    close(app)
