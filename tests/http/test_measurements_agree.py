"""PERF-5: of 10,000 requests to a server StatsD, `/metrics`, the summary, and the page of operations say the same."""

from __future__ import annotations

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from random import Random
from urllib.parse import urlsplit

import pytest
import time_machine
from prometheus_client.parser import text_string_to_metric_families

from backend.accounts.permissions import Role, Scope
from backend.analytics.monitoring.folding import Folding
from backend.clock import utc_now
from backend.plugins import get
from tests.accounts import make_account, signed_in
from tests.conftest import server_environ
from tests.servers import gunicorn, statsd

REQUESTS, LANES, ROUTE = 10_000, 50, "/api/paced/<milliseconds>"


@pytest.fixture
def paces():
    """How long each request takes, in milliseconds: one in ten around 150, the 95th percentile among them."""
    random = Random(15)
    return [random.randint(130, 170) if random.random() < 0.1 else random.randint(0, 3) for _ in range(REQUESTS)]


@pytest.fixture
def flushed(tmp_path, instance, paces):
    """What StatsD was told by a server of two processes that had all these requests."""
    with statsd(tmp_path, flush_seconds=3600) as heard:
        environ = server_environ(
            instance, STATSD_HOST="127.0.0.1", STATSD_PORT=str(heard.port), STATSD_PROTOCOL="tcp",
            LOG_LEVEL="WARNING", WEB_WORKERS="2", WEB_THREADS=str(LANES // 2),
        )  # fmt: skip
        with gunicorn(environ, tmp_path / "log", "tests.paced_app:app") as server, ThreadPoolExecutor(LANES) as lanes:
            answers = lanes.map(lambda lane: ask(server.url, paces[lane::LANES]), range(LANES))
            assert sum(answers) == REQUESTS
        yield heard.last_flush()  # a server that ends tells and writes down what it has left


def ask(url, paces):
    """Send one request after the other over one connection; how many were answered."""
    address, answered = urlsplit(url), 0
    with closing(socket.create_connection((address.hostname, address.port), timeout=60)) as lane:
        for pace in paces:
            lane.sendall(f"GET /api/paced/{pace} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            answer = b""
            while not answer.endswith(b"\r\n\r\ntaken"):
                answer += lane.recv(65_536)
            answered += answer.startswith(b"HTTP/1.1 200 ")
    return answered


def test_counts_and_95th_percentiles_agree(flushed, app, client, make_key):
    with app.app_context():
        get(Folding).fold()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key(Scope.MONITORING_READ)}"
    of_statsd = flushed["timers"]["mingus.request.milliseconds.api.2xx"]
    scraped = of_prometheus(client.get("/metrics").get_data(as_text=True))
    summary = client.get("/api/analytics/performance/summary?hours=1").json["api"]
    with time_machine.travel(utc_now() + timedelta(minutes=2)):  # the page shows minutes that are over
        page = signed_in(app.test_client(), make_account(app, Role.OPS)).get("/ops").get_data(as_text=True)
    [shown] = re.findall(r"95th percentile: API (\d+) ms</h3>", page)

    assert of_statsd["count"] == scraped[0] == summary["count"] == REQUESTS
    assert f"{REQUESTS:,} measured" in page
    assert [scraped[1], summary["p95"]] == pytest.approx([of_statsd["upper_95"] / 1000] * 2, rel=0.01)
    assert int(shown) == round(summary["p95"] * 1000)


def of_prometheus(text):
    """How many requests there were, and the 95th percentile of the last hour."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    own = [sample for sample in samples if sample.labels.get("route") == ROUTE]
    [count] = [s.value for s in own if s.name == "mingus_http_requests_total"]
    [p95] = [s.value for s in own if s.labels.get("quantile") == "0.95"]
    return count, p95
