"""What happened in the last 24 hours, said each morning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.models import StoredAlert
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.route_groups import ALL
from backend.analytics.monitoring.rules.judging import Observed
from backend.analytics.monitoring.rules.units import RuleUnit, say
from backend.analytics.monitoring.windows import Windows
from backend.formats import counted, share

DAY = timedelta(days=1)
SUMMARY_FROM, SUMMARY_UNTIL = time(8), time(12)


class DailySummary:
    """`zone`: the business zone."""

    def __init__(self, session: Session, windows: Windows, zone: str) -> None:
        self._session = session
        self._windows = windows
        self._zone = zone

    def observe(self, at: datetime) -> Sequence[Observed]:
        """Once each morning by the business zone, in whichever hour of it the schedule runs."""
        local = at.astimezone(ZoneInfo(self._zone))
        if not SUMMARY_FROM <= local.time() < SUMMARY_UNTIL:
            return [Observed(0)]
        return [Observed(1, words=self._summary(at))]

    def _summary(self, at: datetime) -> str:
        window = self._windows.one(Family.REQUEST, at - DAY, at, ALL)
        opened = select(func.count()).select_from(StoredAlert).where(StoredAlert.fired_at >= at - DAY)
        alerts = counted(self._session.scalar(opened) or 0, "alert")
        p95 = window.quantile(0.95)
        if p95 is None:
            return f"In the last 24 hours: no requests were measured, and {alerts} opened"
        failed = share(window.error_rate or 0, 2)
        requests, within = counted(window.count, "request"), say(p95, RuleUnit.SECONDS)
        return f"In the last 24 hours: {requests}, {failed} failed, 95% within {within}, {alerts} opened"
