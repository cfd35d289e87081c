from __future__ import annotations

from backend.analytics.monitoring.queries.service import SlowQueries
from backend.plugins import get


def plan() -> None:
    get(SlowQueries).make_plans()


def forget() -> None:
    get(SlowQueries).forget()
