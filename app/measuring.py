"""What each request and each statement costs, recorded without being asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter, time

from flask import Flask, Response, g, has_request_context, request

from backend.analytics.monitoring.queries.watch import QueryWatch
from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.monitoring.request_names import request_name
from backend.extensions import db
from backend.plugins import KEY
from config.settings import Settings

BACKGROUND = "background work"
STATUS_CLASSES = tuple(f"{hundreds}xx" for hundreds in range(10))
QUEUED_SINCE = re.compile(r"(?:t=)?(\d{10,16}(?:\.\d{1,6})?)")
UNITS = ((1e14, 1e-6), (1e11, 1e-3), (0.0, 1.0))  # proxies write microseconds, milliseconds, or seconds
LONGEST_QUEUE_SECONDS = 300.0


def init_app(app: Flask, settings: Settings) -> None:
    """To be called before all else that changes responses, so that what is measured is the whole of the work."""
    registry = app.extensions[KEY]
    app.after_request(request_measure(registry.build(Readings), behind_proxy=settings.TRUSTED_PROXIES > 0))
    watch = registry.build(QueryWatch)
    with app.app_context():
        for engine in db.engines.values():
            watch.attach(engine)


def request_measure(readings: Readings, *, behind_proxy: bool) -> Callable[[Response], Response]:
    """What measures a response when it begins: a stream counts with the time until then."""
    record = readings.record

    def measure(response: Response) -> Response:
        if not readings.is_on:
            return response
        seconds = perf_counter() - g._get_current_object().began  # noqa: SLF001
        asked = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  (one look-up instead of five)
        name = request_name(asked.method, asked.url_rule.rule if asked.url_rule is not None else None)
        outcome = STATUS_CLASSES[response.status_code // 100]
        record(Family.REQUEST, name, seconds, outcome)
        length = response.headers.get("Content-Length")
        if length is not None and asked.method != "HEAD":
            record(Family.REQUEST_BYTES, name, float(length), outcome)
        if behind_proxy and (since := asked.environ.get("HTTP_X_REQUEST_START")):
            queued = seconds_queued(since, time() - seconds)
            if queued is not None:
                record(Family.QUEUE, "requests", queued)
        return response

    return measure


def seconds_queued(since: str, arrived: float) -> float | None:
    """How long a request waited behind the proxy that wrote `X-Request-Start`; None if the header cannot be right."""
    match = QUEUED_SINCE.fullmatch(since)
    if match is None:
        return None
    number = float(match[1])
    queued = arrived - number * next(unit for least, unit in UNITS if number >= least)
    return queued if 0 <= queued <= LONGEST_QUEUE_SECONDS else None


def where() -> str:
    """The request at work, by its template."""
    if not has_request_context():
        return BACKGROUND
    return request_name(request.method, request.url_rule.rule if request.url_rule else None)
