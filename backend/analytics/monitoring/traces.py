"""OpenTelemetry traces: requests, SQL, jobs, and calls of other services, as spans that are sent over OTLP."""

from __future__ import annotations

import atexit
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from time import time_ns
from typing import TYPE_CHECKING

from backend.analytics.monitoring.queries.fingerprints import fingerprint

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, SpanKind, Tracer

TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
NANOSECONDS = 10**9
SECONDS_TO_SEND = 3  # a batch that cannot be sent by then is dropped, so that no process waits long for its end
Attributes = Mapping[str, str | int]


def trace_of(traceparent: str) -> str:
    """The trace id of a W3C `traceparent` header; empty where it has none."""
    match = TRACEPARENT.fullmatch(traceparent)
    return match[1] if match and not traceparent.startswith("ff") else ""


class OpenSpan:
    """A span that is at work: what begins meanwhile in this thread is part of it."""

    def __init__(self, span: Span, token: Token[Context]) -> None:
        self._span = span
        self._token = token

    @property
    def trace_id(self) -> str:
        return f"{self._span.get_span_context().trace_id:032x}"

    def end(self, attributes: Attributes, failed: str = "") -> None:
        """`failed`: the type of an error; what it says is not sent."""
        from opentelemetry.context import detach
        from opentelemetry.trace import Status, StatusCode

        self._span.set_attributes(attributes)
        if failed:
            self._span.set_attribute("error.type", failed)
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()
        detach(self._token)


def nothing_failed(_kind: str) -> None:
    """Tells nobody."""


class Traces:
    """The tracer of this process, made with its first span, since its thread does not survive a fork.

    Without an endpoint nothing is traced, and the SDK is not loaded. `OTEL_TRACES_SAMPLER` and the other variables of
    the SDK hold as OpenTelemetry describes them.
    """

    def __init__(self, endpoint: str, release: str, host: str) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._resource = {"service.name": "mingus", "service.version": release, "host.name": host}
        self._lock = Lock()
        self._provider: TracerProvider | None = None
        self._pid = 0

    @property
    def is_on(self) -> bool:
        return bool(self._endpoint)

    def trace_id(self) -> str:
        """The id of the trace at work; empty where none is."""
        if not self.is_on:
            return ""
        from opentelemetry.trace import get_current_span

        context = get_current_span().get_span_context()
        return f"{context.trace_id:032x}" if context.is_valid else ""

    def open_request(self, name: str, headers: Mapping[str, str]) -> OpenSpan:
        """Begin a request's span, in the trace of the caller where a `traceparent` names one."""
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = {key.lower(): value for key, value in headers.items() if key.lower() in {"traceparent", "tracestate"}}
        parent = TraceContextTextMapPropagator().extract(carrier)
        return self._open(name, SpanKind.SERVER, {}, parent)

    @contextmanager
    def work(self, name: str) -> Iterator[Callable[[str], None]]:
        """A job or an entry of the schedule; what it yields is told the type of the error that it failed with."""
        if not self.is_on:
            yield nothing_failed
            return
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind

        span, failures = self._open(name, SpanKind.CONSUMER, {}, Context()), list[str]()
        try:
            yield failures.append
        finally:
            span.end({}, "".join(failures))

    def note_query(self, statement: str, system: str, seconds: float, failed: str = "") -> None:
        """A statement that has ended, with every value masked."""
        query = fingerprint(statement)
        self.note(query.name, seconds, {"db.system.name": system, "db.query.text": query.statement}, failed)

    def note(self, name: str, seconds: float, attributes: Attributes, failed: str = "") -> None:
        """A call of another service that has ended just now, as part of the span at work; without one it is left out.

        The scheduler looks for work each second, which would bury everything else.
        """
        from opentelemetry.trace import SpanKind, Status, StatusCode

        if not self.trace_id():
            return
        ended = time_ns()
        began = ended - int(seconds * NANOSECONDS)
        span = self._tracer().start_span(name, kind=SpanKind.CLIENT, attributes=attributes, start_time=began)
        if failed:
            span.set_attribute("error.type", failed)
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)

    def flush(self) -> None:
        """Send what waits."""
        if self._provider is not None and self._pid == os.getpid():
            self._provider.force_flush()

    def close(self) -> None:
        """Send what waits, and end the thread."""
        with self._lock:
            if self._provider is not None and self._pid == os.getpid():
                self._provider.shutdown()
            self._provider = None

    def _open(self, name: str, kind: SpanKind, attributes: Attributes, parent: Context) -> OpenSpan:
        from opentelemetry.context import attach
        from opentelemetry.trace import set_span_in_context

        span = self._tracer().start_span(name, context=parent, kind=kind, attributes=attributes)
        return OpenSpan(span, attach(set_span_in_context(span, parent)))

    def _tracer(self) -> Tracer:
        with self._lock:
            if self._provider is None or self._pid != os.getpid():
                self._provider, self._pid = self._made(), os.getpid()
            return self._provider.get_tracer("mingus")

    def _made(self) -> TracerProvider:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider(resource=Resource.create(self._resource), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(f"{self._endpoint}/v1/traces", timeout=SECONDS_TO_SEND)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        atexit.unregister(self.close)
        atexit.register(self.close)
        return provider
