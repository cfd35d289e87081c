"""Answer the dashboards' questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.analytics.metrics.funnel import WINDOW, Funnel, funnel
from backend.analytics.metrics.period import Period
from backend.analytics.metrics.queries import FunnelQueries
from backend.clock import Clock


@dataclass(frozen=True, slots=True)
class FunnelReport:
    """A funnel, the period it covers, and how fresh it is."""

    funnel: Funnel
    period: Period
    as_of: datetime


class DashboardService:
    def __init__(self, queries: FunnelQueries, now: Clock) -> None:
        self._queries = queries
        self._now = now

    def funnel(self, period: Period) -> FunnelReport:
        """How far the sessions that began in the period came, also where they went on after it."""
        now = self._now()
        visits = self._queries.visits(period.start, period.end + WINDOW)
        return FunnelReport(funnel(visits, now, before=period.end), period, now)
