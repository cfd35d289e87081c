"""PERF-5: what Prometheus reads, made of totals, sketches, and the newest values of gauges."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as prometheus_text

from backend.analytics.monitoring.exposition.collector import Measured, expose
from backend.analytics.monitoring.exposition.gauges import GAUGES
from backend.analytics.monitoring.exposition.metrics import METRICS, Kind, group_of
from backend.analytics.monitoring.exposition.service import Latest
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.sketches import Sketch, keys_of
from backend.analytics.monitoring.totals import BOUNDS

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"
UNITS = ("seconds", "bytes", "bytes_total", "total", "percent", "ratio", "dollars")
COUNTS = {f"mingus_last_day_{of}" for of in ("sessions", "visitors", "opened", "answered", "results", "offers_viewed")}
COUNTS |= {f"mingus_database_connections_{which}" for which in ("active", "open", "max")}
COUNTS |= {"mingus_last_day_asked_to_pay", "mingus_jobs_waiting", "mingus_jobs_dead", "mingus_emails_waiting"}
COUNTS |= {"mingus_experiments_running", "mingus_experiments_unhealthy"}
COUNTS |= {"mingus_host_load_1m"}


class Total(NamedTuple):
    family: Family
    name: str
    outcome: str
    count: int = 3
    total: float = 0.6
    buckets: tuple[int, ...] = (*[1] * 6, *[2] * 10)  # one value of at most 5 ms, one of 0.15 s, one beyond all bounds


def sketch(*values):
    keys, counts = np.unique(keys_of(np.array(values)), return_counts=True)
    return Sketch(len(values), keys, counts)


def measured(*totals, last_hour=(), latest=(), is_on=True):
    return Measured(is_on, totals, BOUNDS, dict(last_hour), latest)


def samples(of, accept=OPEN_METRICS):
    exposed = expose(of, accept)
    read = open_metrics if "openmetrics" in exposed.content_type else prometheus_text
    families = list(read(exposed.content.decode()))
    return {(s.name, *sorted(s.labels.items())): s.value for family in families for s in family.samples}


def test_a_time_is_a_histogram_by_route_and_a_count_by_status():
    api = [Total(Family.REQUEST, "POST /api/calculator/assess", outcome) for outcome in ("2xx", "5xx")]

    exposed = samples(measured(*api))

    labels = (("group", "api"), ("method", "POST"), ("route", "/api/calculator/assess"))
    name = "mingus_api_response_time_seconds"
    assert exposed[(f"{name}_count", *labels)] == 6
    assert exposed[(f"{name}_sum", *labels)] == pytest.approx(1.2)
    bounds = {key[2][1]: value for key, value in exposed.items() if key[0] == f"{name}_bucket"}
    assert {bound: bounds[bound] for bound in ("0.005", "0.1", "0.15", "10.0", "+Inf")} == {
        "0.005": 2, "0.1": 2, "0.15": 4, "10.0": 4, "+Inf": 6,
    }  # fmt: skip
    assert exposed[("mingus_http_requests_total", *labels, ("status", "5xx"))] == 3
    assert not [key for key in exposed if key[0].startswith("mingus_page_response_time_seconds")]


@pytest.mark.parametrize("accept", [OPEN_METRICS, "text/plain; version=0.0.4", "*/*", ""])
def test_both_formats_hold_the_same(accept):
    page = Total(Family.REQUEST, 'GET /a"b\\c', "2xx")
    of = measured(page, last_hour={Family.REQUEST: {page.name: sketch(0.1)}}.items())

    assert samples(of, accept) == samples(of)


def test_quantiles_of_the_last_hour_are_those_of_the_sketches():
    values = np.linspace(0.001, 1, 1000)
    last_hour = {Family.REQUEST: {"GET /": sketch(*values)}, Family.CALCULATOR_LOAD: {"": sketch(2.5)}}

    exposed = samples(measured(last_hour=last_hour.items()))

    labels = (("group", "pages"), ("method", "GET"), ("quantile", "0.95"), ("route", "/"))
    assert exposed[("mingus_response_time_last_hour_seconds", *labels)] == pytest.approx(0.95, rel=0.01)
    median = ("mingus_calculator_load_time_last_hour_seconds", ("quantile", "0.5"))
    assert exposed[median] == pytest.approx(2.5, rel=0.01)


def test_gauges_say_which_host_and_which_part():
    latest = [
        Latest(Family.HOST, "cpu_percent", "web1", 20.0),
        Latest(Family.HOST, "cpu_percent", "web2", 90.0),
        Latest(Family.HOST, "disk_percent:/var", "web1", 50.0),
        Latest(Family.HOST, "jobs_waiting", "web1", 3.0),
        Latest(Family.HOST, "jobs_waiting", "web2", 3.0),
        Latest(Family.HOST, "unheard_of", "web1", 50.0),
        Latest(Family.BUSINESS, "revenue", "", 12_300.0),
    ]

    exposed = samples(measured(latest=latest, is_on=False))

    assert exposed == {
        ("mingus_monitoring_enabled",): 0,
        ("mingus_host_cpu_percent", ("host", "web1")): 20,
        ("mingus_host_cpu_percent", ("host", "web2")): 90,
        ("mingus_host_disk_percent", ("host", "web1"), ("mount", "/var")): 50,
        ("mingus_jobs_waiting",): 3,
        ("mingus_last_day_asked_dollars",): 123,
    }


@pytest.mark.parametrize(
    ("family", "name", "metric", "labels"),
    [
        (Family.VITAL, "LCP /jobs/<slug> phone", "mingus_web_vital_seconds",
         {"vital": "LCP", "page": "/jobs/<slug>", "device": "phone"}),
        (Family.VITAL, "CLS / desktop", "mingus_layout_shift_ratio", {"page": "/", "device": "desktop"}),
        (Family.STEP, "1 phone", "mingus_calculator_step_time_seconds", {"step": "1", "device": "phone"}),
        (Family.JOB, "mail.send", "mingus_celery_tasks_completed_total", {"kind": "mail.send", "outcome": "ok"}),
        (Family.REQUEST, "other", "mingus_http_requests_total", {"method": "", "route": "other", "group": "other"}),
    ],
)  # fmt: skip
def test_what_a_name_says_is_in_labels(family, name, metric, labels):
    exposed = samples(measured(Total(family, name, "ok")))

    assert any(key[0].startswith(metric) and labels.items() <= dict(key[1:]).items() for key in exposed)


@pytest.mark.parametrize("family", sorted(set(Family) - {Family.HOST, Family.BUSINESS}))
def test_every_family_of_times_is_exposed(family):
    assert len(samples(measured(Total(family, "GET /", "ok")))) > 1


def test_names_end_with_their_unit_and_are_there_once():
    names = [metric.name for metric in METRICS] + [gauge.name for gauge in GAUGES]

    assert len(names) == len(set(names))
    assert [name for name in names if not name.endswith(UNITS) and name not in COUNTS] == []
    assert all(re.fullmatch("mingus_[a-z_1]+", name) for name in names)
    assert all(metric.name.endswith("_total") == (metric.kind is Kind.COUNTER) for metric in METRICS)


def test_each_request_is_of_one_group():
    named = ("GET /", "POST /api/analytics/event", "GET /api/analytics/dashboard/funnel", "GET /health/live", "other")

    assert [*map(group_of, named)] == ["pages", "events", "api", "other", "other"]
