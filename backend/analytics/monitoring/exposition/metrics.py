"""What Prometheus may scrape: each metric with its unit in the name, its labels, and the readings it is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.route_groups import API, EVENTS, PAGES

QUANTILES = (0.5, 0.95, 0.99)
QUANTILE = "quantile"
LAYOUT_SHIFT = "CLS"  # the one web vital that is no time


class Kind(StrEnum):
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"
    QUANTILES = "quantiles"  # gauges of the last hour


class Amount(StrEnum):
    """What a counter adds up: how often something was measured, or what."""

    COUNT = "count"
    TOTAL = "total"


class Series(NamedTuple):
    """What one reading is about."""

    name: str
    outcome: str


Values = tuple[str, ...]
Labeled = Callable[[Series], Values | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """`values`: the labels' values of a series; None where the series belongs to another metric of the family."""

    name: str
    kind: Kind
    family: Family
    description: str
    labels: tuple[str, ...]
    values: Labeled
    amount: Amount = Amount.COUNT


def route_of(name: str) -> tuple[str, str]:
    """`GET /jobs/<slug>` as method and route; what has no method is `other` or an unknown address."""
    method, separator, route = name.partition(" ")
    return (method, route) if separator and route.startswith("/") else ("", name)


def group_of(name: str) -> str:
    """Each request is of one group."""
    if EVENTS.includes(name):
        return "events"
    if API.includes(name):
        return "api"
    return "pages" if PAGES.includes(name) else "other"


def _request(series: Series) -> Values:
    return (*route_of(series.name), group_of(series.name))


def _is_api(series: Series) -> bool:
    return route_of(series.name)[1].startswith("/api/")


def _with_status(series: Series) -> Values:
    return (*_request(series), series.outcome)


def _of_api(series: Series) -> Values | None:
    return _request(series) if _is_api(series) else None


def _of_pages(series: Series) -> Values | None:
    return None if _is_api(series) else _request(series)


def _outcome(series: Series) -> Values:
    return (series.outcome,)


def _name(series: Series) -> Values:
    return (series.name,)


def _name_and_outcome(series: Series) -> Values:
    return (series.name, series.outcome)


def _nothing(_series: Series) -> Values:
    return ()


def _step(series: Series) -> Values:
    step, _, device = series.name.rpartition(" ")
    return (step, device) if step else (device, "")


def _vital(series: Series) -> Values | None:
    """`LCP /jobs/<slug> phone`"""
    vital, page, device = (*series.name.split(" ", 2), "", "")[:3]
    return None if vital == LAYOUT_SHIFT else (vital, page, device)


def _layout_shift(series: Series) -> Values | None:
    vital, page, device = (*series.name.split(" ", 2), "", "")[:3]
    return (page, device) if vital == LAYOUT_SHIFT else None


REQUEST, OUTCOME = ("method", "route", "group"), ("outcome",)
METRICS: Sequence[Metric] = (
    Metric(
        "mingus_http_requests_total", Kind.COUNTER, Family.REQUEST,
        "Requests answered, by class of status.", (*REQUEST, "status"), _with_status,
    ),
    Metric(
        "mingus_http_response_bytes_total", Kind.COUNTER, Family.REQUEST_BYTES,
        "Bytes of the bodies of these responses.", REQUEST, _request, Amount.TOTAL,
    ),
    Metric(
        "mingus_api_response_time_seconds", Kind.HISTOGRAM, Family.REQUEST,
        "Time to answer a request of the API.", REQUEST, _of_api,
    ),
    Metric(
        "mingus_page_response_time_seconds", Kind.HISTOGRAM, Family.REQUEST,
        "Time to answer every other request.", REQUEST, _of_pages,
    ),
    Metric(
        "mingus_response_time_last_hour_seconds", Kind.QUANTILES, Family.REQUEST,
        "Quantiles of the time to answer in the last hour.", REQUEST, _request,
    ),
    Metric(
        "mingus_request_queue_time_seconds", Kind.HISTOGRAM, Family.QUEUE,
        "Time a request waited before the server took it.", (), _nothing,
    ),
    Metric(
        "mingus_database_query_time_seconds", Kind.HISTOGRAM, Family.QUERY,
        "Time of a statement of SQL.", OUTCOME, _outcome,
    ),
    Metric(
        "mingus_cache_lookups_total", Kind.COUNTER, Family.CACHE,
        "Look-ups in caches, `hit` or `miss`.", ("cache", "outcome"), _name_and_outcome,
    ),
    Metric(
        "mingus_celery_tasks_completed_total", Kind.COUNTER, Family.JOB,
        "Jobs and scheduled work that ended, whether Celery or the embedded scheduler did them.",
        ("kind", "outcome"), _name_and_outcome,
    ),
    Metric(
        "mingus_job_time_seconds", Kind.HISTOGRAM, Family.JOB,
        "Time of a job or of scheduled work.", ("kind",), _name,
    ),
    Metric(
        "mingus_email_time_seconds", Kind.HISTOGRAM, Family.EMAIL,
        "Time to hand an email to the mail server.", ("email", "outcome"), _name_and_outcome,
    ),
    Metric(
        "mingus_payment_time_seconds", Kind.HISTOGRAM, Family.PAYMENT,
        "Time of a call of a payment provider.", ("provider", "outcome"), _name_and_outcome,
    ),
    Metric(
        "mingus_outbound_call_time_seconds", Kind.HISTOGRAM, Family.OUTBOUND,
        "Time of a call of another service.", ("purpose", "outcome"), _name_and_outcome,
    ),
    Metric(
        "mingus_lake_time_seconds", Kind.HISTOGRAM, Family.LAKE,
        "Time of a sync of the lake, or of a question to it.", ("operation", "outcome"), _name_and_outcome,
    ),
    Metric(
        "mingus_sign_in_time_seconds", Kind.HISTOGRAM, Family.SIGN_IN,
        "Time spent on passwords.", ("operation", "outcome"), _name_and_outcome,
    ),
    Metric(
        "mingus_calculator_load_time_seconds", Kind.HISTOGRAM, Family.CALCULATOR_LOAD,
        "Time until the calculator shows its largest element.", (), _nothing,
    ),
    Metric(
        "mingus_calculator_load_time_last_hour_seconds", Kind.QUANTILES, Family.CALCULATOR_LOAD,
        "Quantiles of this time in the last hour.", (), _nothing,
    ),
    Metric(
        "mingus_calculator_step_time_seconds", Kind.HISTOGRAM, Family.STEP,
        "Time a visitor took for a step.", ("step", "device"), _step,
    ),
    Metric(
        "mingus_web_vital_seconds", Kind.HISTOGRAM, Family.VITAL,
        "LCP, INP, FCP, and TTFB of browsers.", ("vital", "page", "device"), _vital,
    ),
    Metric(
        "mingus_layout_shift_ratio", Kind.HISTOGRAM, Family.VITAL,
        "Cumulative layout shift (CLS) of browsers.", ("page", "device"), _layout_shift,
    ),
    Metric(
        "mingus_alert_delivery_time_seconds", Kind.HISTOGRAM, Family.ALERT,
        "Time from a change of an alert to its delivery.", ("channel", "outcome"), _name_and_outcome,
    ),
    Metric(
        "mingus_flush_time_seconds", Kind.HISTOGRAM, Family.FLUSH,
        "Time to write down what a process measured.", (), _nothing,
    ),
)  # fmt: skip
