from __future__ import annotations

from backend.analytics.monitoring.alerts.evaluation import AlertEvaluation
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.incidents.service import IncidentService
from backend.plugins import get


def evaluate() -> None:
    get(AlertEvaluation).run()


def prune() -> None:
    get(AlertService).prune()
    get(IncidentService).prune()
