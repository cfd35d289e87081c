"""The page of operations: rows of services in, the page out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from backend.dashboards.ops import charts, groups, lists, objectives
from backend.dashboards.ops.alerts import ShownAlert, by_rule, shown_alert, worst_first
from backend.dashboards.ops.checks import Check, Group, State, Tally
from backend.dashboards.ops.errors import ShownGroup, shown_groups
from backend.dashboards.ops.queries import ShownQuery, ShownStatements, shown_queries, shown_statements
from backend.dashboards.ops.switch import GOES_ON, STOPS, Switch, switch_of
from backend.dashboards.ops.timeline import Incident, Span, Timeline, timeline
from backend.dashboards.ops.verdict import Verdict, verdict_of

if TYPE_CHECKING:
    from backend.analytics.monitoring.alerts.alert import Alert
    from backend.analytics.monitoring.control import MonitoringStatus
    from backend.analytics.monitoring.errors.group import ErrorGroup
    from backend.analytics.monitoring.objectives.objective import ObjectiveStanding
    from backend.analytics.monitoring.queries.service import SlowQuery
    from backend.analytics.monitoring.queries.top import TopStatements
    from backend.analytics.monitoring.windows import Bucket, Window
    from backend.dashboards.ops.channels import FailedDelivery
    from backend.dashboards.page import Chart
    from backend.jobs.models import ScheduledTask
    from backend.plugins import Health

MOST_ALERTS = 6


@dataclass(frozen=True, slots=True)
class Measured:
    """What monitoring measured of requests and hosts. `hours` and `courses`: by group of routes."""

    site: groups.SiteFigures
    requests: Sequence[Bucket]
    hours: Mapping[str, Window]
    courses: Mapping[str, Sequence[Bucket]]
    load: Mapping[str, Sequence[Bucket]]
    fullest: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the page looks at beside what was measured."""

    newest_event: timedelta | None
    sources: str
    health: Mapping[str, Health]
    work: groups.WorkFigures
    schedule: Sequence[ScheduledTask]
    every: Mapping[str, timedelta]
    tables: lists.ShownTables | None
    deliveries: Sequence[FailedDelivery]


@dataclass(frozen=True, slots=True)
class Watched:
    """What monitoring itself says: whether it is on, alerts, objectives, slow queries, errors.

    `names`: who acted, in words, by the name that the audit log has of them.
    """

    status: MonitoringStatus
    names: Mapping[str, str]
    off: Sequence[Span]
    open_alerts: Sequence[Alert]
    past_alerts: Sequence[Alert]
    standings: Sequence[ObjectiveStanding]
    queries: Sequence[SlowQuery]
    statements: TopStatements
    errors: Sequence[ErrorGroup]


@dataclass(frozen=True, slots=True)
class OpsPage:
    verdict: Verdict
    alerts: tuple[tuple[ShownAlert, int], ...]
    open_alerts: int
    groups: tuple[Group, ...]
    timeline: Timeline
    objectives: tuple[objectives.ShownObjective, ...]
    charts: tuple[Chart, ...]
    switch: Switch
    queries: tuple[ShownQuery, ...]
    statements: ShownStatements
    errors: tuple[ShownGroup, ...]
    schedule: tuple[Check, ...]
    dependencies: tuple[Check, ...]
    tables: lists.ShownTables | None
    deliveries: tuple[FailedDelivery, ...]
    as_of: datetime
    most: int = MOST_ALERTS
    stops: str = STOPS
    goes_on: str = GOES_ON


def ops_page(measured: Measured, parts: Parts, watched: Watched, now: datetime, zone: str) -> OpsPage:
    open_alerts = worst_first(shown_alert(alert, watched.names, now, zone) for alert in watched.open_alerts)
    switch = switch_of(watched.status, watched.names, now, zone)
    days = timeline([incident_of(alert) for alert in watched.past_alerts if alert.fired_at], watched.off, now, zone)
    checks = _groups(measured, parts)
    reached = objectives.shown_objectives(watched.standings)
    spent = [one.title for one in reached if one.state is State.BAD]
    return OpsPage(
        verdict_of(open_alerts, Tally.of(checks), is_on=switch.is_on, last_incident=days.last, spent=spent),
        by_rule(open_alerts),
        len(open_alerts),
        checks,
        days,
        reached,
        _charts(measured, zone),
        switch,
        shown_queries(watched.queries, now),
        shown_statements(watched.statements),
        shown_groups(watched.errors, now, zone),
        lists.schedule(parts.schedule, parts.every, now),
        lists.dependencies(parts.health),
        parts.tables,
        tuple(parts.deliveries),
        now,
    )


def incident_of(alert: Alert) -> Incident:
    title = f"{alert.title} ({alert.thing})" if alert.thing else alert.title
    return Incident(alert.id, title, Span(alert.since, alert.resolved_at))


def _groups(measured: Measured, parts: Parts) -> tuple[Group, ...]:
    health = parts.health
    return (
        groups.site(measured.site),
        groups.data(parts.newest_event, health["lake"], parts.sources),
        groups.work(parts.work),
        groups.safety(measured.fullest, health["master_key"], health["secrets"]),
    )


def _charts(measured: Measured, zone: str) -> tuple[Chart, ...]:
    return (
        charts.rate_chart(measured.requests, zone),
        charts.times_chart(measured.courses, measured.hours, zone),
        charts.errors_chart(measured.requests, measured.site.hour, zone),
        charts.load_chart(measured.load, zone),
    )
