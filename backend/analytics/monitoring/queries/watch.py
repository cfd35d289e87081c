"""Listens to an engine: how long each statement took, and which were slow."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

from backend.analytics.monitoring.queries.fingerprints import Fingerprint, fingerprint
from backend.analytics.monitoring.queries.slow import SlowBuffer
from backend.analytics.monitoring.readings import Family, Readings

KNOWN = 4_000  # texts of statements: lists of another length are other texts


class QueryWatch:
    """Times each statement until its first row; `where` names the request or the work that it belongs to."""

    def __init__(self, readings: Readings, slow: SlowBuffer, where: Callable[[], str]) -> None:
        self._readings = readings
        self._slow = slow
        self._where = where
        self._known: dict[str, Fingerprint] = {}

    def attach(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)
        event.listen(engine, "handle_error", self._fail)

    def _begin(self, _connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        context.query_began = perf_counter()

    def _end(self, connection: Any, cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        if not self._readings.is_on:
            return
        seconds = perf_counter() - context.query_began
        query = self._fingerprint(statement)
        self._readings.record(Family.QUERY, query.name, seconds)
        if seconds > self._slow.limit_seconds:
            self._slow.note(query, connection.dialect.name, seconds, cursor.rowcount, self._where())

    def _fail(self, failed: Any) -> None:
        began = getattr(failed.execution_context, "query_began", None)
        if began is None or failed.statement is None or not self._readings.is_on:
            return
        seconds, query = perf_counter() - began, self._fingerprint(failed.statement)
        self._readings.record(Family.QUERY, query.name, seconds, "failed")
        if seconds > self._slow.limit_seconds:
            self._slow.note(query, failed.dialect.name, seconds, -1, self._where())

    def _fingerprint(self, statement: str) -> Fingerprint:
        known = self._known.get(statement)
        if known is None:
            if len(self._known) >= KNOWN:
                self._known.clear()
            known = self._known[statement] = fingerprint(statement)
        return known
