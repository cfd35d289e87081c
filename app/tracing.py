"""The trace of each request: taken over from its caller, written into log lines, and sent where an endpoint is set."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import event

from app.measuring import where
from backend.analytics.monitoring.traces import Traces, trace_of
from backend.extensions import db
from backend.plugins import KEY
from config.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """To be called first of all that looks at requests, so that a span is the whole of the work."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        app.before_request(_take_over)
        return
    traces = app.extensions[KEY].build(Traces)
    app.before_request(lambda: _open(traces))
    app.after_request(_note_status)
    app.teardown_request(_close)
    with app.app_context():
        for engine in db.engines.values():
            _watch(engine, traces)


def _take_over() -> None:
    g.trace_id = trace_of(request.headers.get("traceparent", ""))


def _open(traces: Traces) -> None:
    g.span = traces.open_request(where(), dict(request.headers))
    g.trace_id = g.span.trace_id


def _note_status(response: Response) -> Response:
    g.status = response.status_code
    return response


def _close(error: BaseException | None) -> None:
    span = g.pop("span", None)
    if span is None:
        return
    status = g.get("status", 500)
    failed = type(error).__qualname__ if error is not None else str(status)
    attributes = {
        "http.request.method": request.method,
        "http.route": where().partition(" ")[2] if request.url_rule else "",
        "http.response.status_code": status,
        "mingus.request_id": g.get("request_id", ""),
    }
    span.end(attributes, failed if status >= 500 else "")


def _watch(engine: Any, traces: Traces) -> None:
    """Listen after what measures statements, which notes when each began."""

    def end(connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        traces.note_query(statement, connection.dialect.name, perf_counter() - context.query_began)

    def fail(failed: Any) -> None:
        began = getattr(failed.execution_context, "query_began", None)
        if began is not None and failed.statement is not None:
            kind = type(failed.original_exception).__qualname__
            traces.note_query(failed.statement, failed.dialect.name, perf_counter() - began, kind)

    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)
