"""How rooms report what they did, and the slow queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.measuring import where
from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.queries.service import SlowQueries
from backend.analytics.monitoring.queries.slow import SlowBuffer
from backend.analytics.monitoring.queries.top import StatementStatistics
from backend.analytics.monitoring.queries.watch import QueryWatch
from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.monitoring.statsd import ReportedReadings
from backend.analytics.monitoring.traces import Traces
from backend.analytics.monitoring.windows import NameFilter, Windows
from backend.clock import utc_now
from backend.extensions import db
from backend.observing import OK, Observe
from backend.personal_data import DataClasses
from backend.plugins import Registry
from config.settings import Settings

CALLS = frozenset({Family.OUTBOUND, Family.EMAIL, Family.LAKE})  # which traces show as calls of other services


def fit_out(registry: Registry, settings: Settings) -> None:
    """To be called before the rooms that report."""
    traces = Traces(settings.OTEL_EXPORTER_OTLP_ENDPOINT, settings.release, settings.host_id)
    registry.add_shared(Traces, lambda: traces)
    slow = SlowBuffer(utc_now)
    registry.add_shared(SlowBuffer, lambda: slow)
    registry.add_shared(QueryWatch, lambda: QueryWatch(registry.build(Readings), slow, where))

    def p95s(names: Collection[str], since: datetime) -> Mapping[str, float | None]:
        asked = NameFilter(names=tuple(names))
        windows = registry.build(Windows).by_name(Family.QUERY, since, utc_now(), asked)
        return {name: window.quantile(0.95) for name, window in windows.items()}

    classes = registry.build(DataClasses)
    classes.holds_nobodys("slow_statements", "statements without their values, and their plans")
    classes.holds_nobodys("slow_hours", "how often a statement was slow")
    registry.on_start(slow.forget)
    registry.build(Flusher).also(lambda: registry.build(SlowQueries).write_down(slow))
    registry.add_service(SlowQueries, lambda: SlowQueries(own_session, connect, p95s, utc_now))
    registry.add_service(StatementStatistics, lambda: StatementStatistics(connect))


def readings_of(registry: Registry, settings: Settings) -> Readings:
    """The readings of this process, of which StatsD hears where there is one."""
    if not settings.STATSD_HOST:
        return Readings()
    return ReportedReadings(lambda: registry.build(AiCalculatorAnalytics).telemetry)


def observer(registry: Registry, family: Family) -> Observe:
    """What a room of this family tells how its work went."""
    record, traces = registry.build(Readings).record, registry.build(Traces)

    def observe(name: str, seconds: float, outcome: str) -> None:
        record(family, name, seconds, outcome)

    def observe_call(name: str, seconds: float, outcome: str) -> None:
        record(family, name, seconds, outcome)
        traces.note(f"{family} {name}", seconds, {}, "" if outcome == OK else outcome)

    return observe_call if traces.is_on and family in CALLS else observe


def own_session() -> Session:
    """A session apart from the request's: what is slow is written down by a thread of its own."""
    return Session(db.engine)


def connect() -> Connection:
    return db.engine.connect()
