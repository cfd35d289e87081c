"""What a real StatsD hears: every count by TCP, times in milliseconds, gauges as they are."""

from __future__ import annotations

from random import Random
from threading import Thread

import pytest

from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.monitoring.statsd import ReportedReadings, timer_of
from backend.analytics.telemetry import NullTelemetry, StatsdTelemetry
from backend.plugins import KEY
from tests.conftest import close, make_app, make_settings
from tests.servers import free_port, statsd

REQUESTS = 10_000


@pytest.fixture(scope="module")
def seconds():
    random = Random(15)
    return [random.lognormvariate(-3, 0.8) for _ in range(REQUESTS)]


@pytest.fixture(scope="module")
def flush(tmp_path_factory, seconds):
    """What StatsD has after two processes' worth of threads told it of requests, loads, jobs, and a rate."""
    with statsd(tmp_path_factory.mktemp("statsd"), flush_seconds=3600) as server:
        telemetry = StatsdTelemetry("127.0.0.1", server.port, "tcp")
        telemetry.start()
        readings = ReportedReadings(lambda: telemetry)

        def tell(part):
            for value in part:
                readings.record(Family.REQUEST, "GET /api/calculator/occupations", value, "2xx")
                telemetry.count("ai_calculator.assessment_submitted")

        threads = [Thread(target=tell, args=(seconds[start::4],)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        readings.record(Family.CALCULATOR_LOAD, "/", 1.25)
        readings.record(Family.JOB, "mail.send", 0.5, "failed")
        readings.record(Family.BUSINESS, "conversion_rate", 0.125)
        readings.record(Family.BUSINESS, "conversion_rate", 0.0625)
        readings.is_on = False
        readings.record(Family.CALCULATOR_LOAD, "/", 99.0)
        telemetry.stop()
        yield server.last_flush()


def test_counts_are_exact(flush):
    assert flush["counters"]["ai_calculator.assessment_submitted"] == REQUESTS


def test_times_are_in_milliseconds_and_their_quantiles_agree(flush, seconds):
    times = flush["timers"]["mingus.request.milliseconds.api.2xx"]
    exact = sorted(seconds)[round(0.95 * REQUESTS) - 1] * 1000

    assert times["count"] == REQUESTS
    assert times["upper_95"] == pytest.approx(exact, rel=0.01)


def test_the_names_of_the_founding_document_arrive(flush):
    assert flush["timers"]["ai_calculator.load_time"]["count"] == 1
    assert flush["timers"]["ai_calculator.load_time"]["upper"] == 1250
    assert flush["gauges"]["ai_calculator.conversion_rate"] == 0.0625


def test_names_are_few(flush):
    assert flush["timers"].keys() - {"statsd.processing_time"} == {
        "mingus.request.milliseconds.api.2xx",
        "ai_calculator.load_time",
        "mingus.job.milliseconds.failed",
    }


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("POST /api/analytics/event", "events"),
        ("GET /api/calculator/occupations", "api"),
        ("GET /jobs/<slug>", "pages"),
        ("unknown address", "unknown"),
    ],
)
def test_a_request_is_timed_in_one_group(name, group):
    assert timer_of(Family.REQUEST, name, "4xx") == f"mingus.request.milliseconds.{group}.4xx"


def test_what_nobody_waits_for_is_not_timed():
    assert timer_of(Family.REQUEST, "GET /static/<filename>", "2xx") is None
    assert timer_of(Family.QUERY, "SELECT jobs 01234567", "ok") is None


def test_by_tcp_what_cannot_be_sent_waits_until_there_is_a_server(tmp_path):
    telemetry = StatsdTelemetry("127.0.0.1", free_port(), "tcp")
    telemetry.count("late", 2)
    telemetry.flush()
    telemetry.count("late", 3)
    with statsd(tmp_path, flush_seconds=3600) as server:
        telemetry._address = ("127.0.0.1", server.port)
        telemetry.flush()
        assert server.last_flush()["counters"]["late"] == 5


def test_without_statsd_nothing_is_reported(instance):
    app = make_app(make_settings(instance))
    assert isinstance(app.extensions[KEY].build(AiCalculatorAnalytics).telemetry, NullTelemetry)
    assert type(app.extensions[KEY].build(Readings)) is Readings
    close(app)


def test_requests_are_reported_where_statsd_is_set(instance):
    app = make_app(make_settings(instance, STATSD_HOST="127.0.0.1", STATSD_PORT=free_port(), STATSD_PROTOCOL="tcp"))
    app.test_client().get("/jobs/registered-nurses")
    telemetry = app.extensions[KEY].build(AiCalculatorAnalytics).telemetry

    assert [waiting.name for waiting in telemetry._waiting if waiting.name.startswith("mingus.request")] == [
        "mingus.request.milliseconds.pages.2xx"
    ]
    close(app)
