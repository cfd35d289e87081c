"""What monitoring itself says on the page of operations: alerts, objectives, slow queries, errors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from backend.analytics.monitoring.alerts.alert import OPEN, AlertState
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.control import MonitoringControl, MonitoringStatus
from backend.analytics.monitoring.errors.group import ErrorState
from backend.analytics.monitoring.errors.service import ErrorService
from backend.analytics.monitoring.objectives.service import Objectives
from backend.analytics.monitoring.queries.service import SlowQueries
from backend.analytics.monitoring.queries.top import StatementStatistics
from backend.analytics.monitoring.store import PerformanceStore
from backend.dashboards.ops.now import Watched
from backend.dashboards.ops.timeline import Span
from backend.plugins import get
from backend.routes.pages.ops_answers import MONTH, people
from backend.routes.pages.ops_parts import DAY

MOST_QUERIES = MOST_STATEMENTS = MOST_ERRORS = 3


def watched(status: MonitoringStatus, at: datetime) -> Watched:
    alerts, errors = get(AlertService).all(), get(ErrorService)
    past = [alert for alert in alerts.alerts if alert.state in {*OPEN, AlertState.RESOLVED}]
    urgent = [*errors.groups(ErrorState.NEW), *errors.groups(ErrorState.BACK_AGAIN)]
    return Watched(
        status=status,
        names=people([status.changed_by]),
        off=_unmeasured(at),
        open_alerts=[alert for alert in past if alert.state in OPEN],
        past_alerts=[alert for alert in past if (alert.resolved_at or at) > at - MONTH],
        standings=get(Objectives).standings(),
        queries=get(SlowQueries).worst(at - DAY, MOST_QUERIES),
        statements=get(StatementStatistics).top(MOST_STATEMENTS),
        errors=sorted(urgent, key=lambda group: group.last_seen, reverse=True)[:MOST_ERRORS],
    )


def _unmeasured(now: datetime) -> Sequence[Span]:
    """When nothing was measured in the last 30 days: before the first measurement, and while monitoring was off."""
    since, first = now - MONTH, get(PerformanceStore).first_start()
    begun = datetime.fromtimestamp(first, UTC) if first else now
    before = [Span(since, begun)] if begun > since else []
    return [*before, *(Span(*span) for span in get(MonitoringControl).off_spans(since, now))]
