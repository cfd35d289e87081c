"""`/api/analytics`: the parent of the analytics blueprints."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint

from backend.routes.api import (
    alert_channels,
    alert_rules,
    alerts,
    boards,
    browser_errors,
    dashboard,
    error_groups,
    events,
    experiment_results,
    experiments,
    funnel,
    goals,
    holdouts,
    incidents,
    live,
    metrics,
    performance,
    performance_summary,
    slow_queries,
    variants,
    views,
)
from backend.routes.api.annotations import bp as annotations_bp
from backend.routes.api.health import analytics_health_bp

analytics_bp = APIBlueprint("analytics", __name__, url_prefix="/api/analytics")
pages = (funnel.bp, dashboard.bp, live.bp, metrics.bp, views.bp, boards.bp, goals.bp, annotations_bp)
monitoring = (
    performance.bp,
    performance_summary.bp,
    slow_queries.bp,
    browser_errors.bp,
    error_groups.bp,
    alert_rules.bp,
    alerts.bp,
    alert_channels.bp,
    incidents.bp,
)
experimenting = (experiments.bp, experiment_results.bp, holdouts.bp, variants.bp)
for child in (events.bp, *experimenting, *pages, *monitoring, analytics_health_bp):
    analytics_bp.register_api(child)
