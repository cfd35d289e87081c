"""PERF-5: after 10,000 requests StatsD, `/metrics`, the summary, and the page of operations say the same."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random

import numpy as np
import pytest
import time_machine
from prometheus_client.parser import text_string_to_metric_families

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Role, Scope
from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.folding import Folding
from backend.analytics.monitoring.readings import Family, Readings
from backend.clock import utc_now
from backend.plugins import KEY, get
from tests.accounts import make_account, signed_in
from tests.conftest import close, make_app, make_settings
from tests.servers import statsd

REQUESTS, ROUTE = 10_000, "/api/calculator/occupations"


@pytest.fixture
def seconds():
    random = Random(15)
    return [random.lognormvariate(-3, 0.8) for _ in range(REQUESTS)]


@pytest.fixture
def told(tmp_path, instance, seconds):
    """An app in which all these requests were measured, and what StatsD flushed of them."""
    with statsd(tmp_path, flush_seconds=3600) as server:
        given = {"STATSD_HOST": "127.0.0.1", "STATSD_PORT": server.port, "STATSD_PROTOCOL": "tcp"}
        app = make_app(make_settings(instance, **given))
        registry = app.extensions[KEY]
        with time_machine.travel(utc_now() - timedelta(minutes=2)):  # the page shows minutes that are over
            for value in seconds:
                registry.build(Readings).record(Family.REQUEST, f"GET {ROUTE}", value, "2xx")
        registry.build(AiCalculatorAnalytics).telemetry.flush()
        with app.app_context():
            registry.build(Flusher).flush()
            get(Folding).fold()
        yield app, server.last_flush()
        close(app)


def test_counts_and_95th_percentiles_agree(told, seconds):
    app, flush = told
    with app.app_context():
        key = get(KeyService).create("test", [Scope.MONITORING_READ])
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"

    of_statsd = flush["timers"]["mingus.request.milliseconds.api.2xx"]
    scraped = of_prometheus(client.get("/metrics").get_data(as_text=True))
    summary = client.get("/api/analytics/performance/summary?hours=1").json["api"]
    page = signed_in(app.test_client(), make_account(app, Role.OPS)).get("/ops").get_data(as_text=True)
    [shown] = re.findall(r"95th percentile: API (\d+) ms</h3>", page)

    assert of_statsd["count"] == scraped[0] == summary["count"] == REQUESTS
    assert f"{REQUESTS:,} measured" in page
    p95s = [of_statsd["upper_95"] / 1000, scraped[1], summary["p95"], int(shown) / 1000]
    assert p95s == pytest.approx([float(np.quantile(seconds, 0.95))] * 4, rel=0.01)


def of_prometheus(text):
    """How many requests there were, and the 95th percentile of the last hour."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    own = [sample for sample in samples if sample.labels.get("route") == ROUTE]
    [count] = [s.value for s in own if s.name == "mingus_http_requests_total"]
    [p95] = [s.value for s in own if s.labels.get("quantile") == "0.95"]
    return count, p95
