"""`/ops/queries`: what was slow, and on what the database spends its time."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.queries.service import SlowQueries
from backend.analytics.monitoring.queries.top import StatementStatistics
from backend.clock import utc_now
from backend.dashboards.ops.queries import shown_queries, shown_statements
from backend.dashboards.pages.ops import OPERATIONS
from backend.plugins import get
from backend.routes.access import require

bp = Blueprint("ops_queries", __name__, url_prefix=OPERATIONS.path)
WEEK = timedelta(days=7)
MOST_QUERIES, MOST_STATEMENTS = 50, 20


@bp.get("/queries")
@require(Scope.MONITORING_READ)
def show() -> str:
    now = utc_now()
    queries = shown_queries(get(SlowQueries).worst(now - WEEK, MOST_QUERIES), now)
    statements = shown_statements(get(StatementStatistics).top(MOST_STATEMENTS))
    return render_template("ops/queries.html", queries=queries, statements=statements)
