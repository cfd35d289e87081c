"""Errors sent to Sentry too, or to a service that speaks its protocol."""

from __future__ import annotations

import atexit
from threading import Lock
from typing import TYPE_CHECKING, Any

from backend.analytics.monitoring.errors.buffer import Circumstances
from backend.analytics.monitoring.errors.stack import ErrorFacts, code_of
from backend.analytics.monitoring.errors.wording import safe_message

if TYPE_CHECKING:
    from sentry_sdk import Client
    from sentry_sdk.types import Event, Hint

SECONDS_AT_THE_END = 2.0
KEPT = frozenset(
    {
        "event_id",
        "timestamp",
        "level",
        "exception",
        "release",
        "environment",
        "platform",
        "sdk",
        "tags",
        "transaction",
        "fingerprint",
    }
)


class Sentry:
    """Sends errors by a thread of the SDK, which begins with the first error and waits for nobody's request.

    No integration of the SDK runs, so it sees neither requests nor logs: only what is handed to it here.
    """

    def __init__(self, dsn: str, release: str, environment: str) -> None:
        self._dsn = dsn
        self._release = release
        self._environment = environment
        self._lock = Lock()
        self._made: Client | None = None

    def send(self, error: BaseException, facts: ErrorFacts, where: Circumstances) -> None:
        from sentry_sdk.utils import event_from_exception

        client = self._client()
        event, hint = event_from_exception(error, client_options=client.options)
        told = {"route": where.route, "request_id": where.request_id, "trace_id": where.trace_id}
        event["tags"] = {name: value for name, value in told.items() if value}
        event["transaction"] = where.route
        event["fingerprint"] = [facts.fingerprint]
        client.capture_event(event, hint)

    def _client(self) -> Client:
        with self._lock:
            if self._made is None:
                from sentry_sdk import Client

                self._made = Client(
                    dsn=self._dsn,
                    release=self._release,
                    environment=self._environment,
                    default_integrations=False,  # which also leaves `send_default_pii` at its default, off
                    auto_enabling_integrations=False,
                    include_local_variables=False,
                    max_breadcrumbs=0,
                    auto_session_tracking=False,
                    send_client_reports=False,
                    before_send=masked,
                )
                atexit.register(self._made.close, timeout=SECONDS_AT_THE_END)
            return self._made


def masked(event: Event, hint: Hint) -> Event:
    """The event without what could be anybody's: messages keep words of the code, frames have no values."""
    error = hint["exc_info"][1]
    code = list(code_of(error))
    kept: dict[str, Any] = {name: value for name, value in event.items() if name in KEPT}
    for value in kept["exception"]["values"]:
        value["value"] = safe_message(str(value.get("value") or ""), code)
        for frame in (value.get("stacktrace") or {}).get("frames", ()):
            frame.pop("vars", None)
    return kept  # type: ignore[return-value]
