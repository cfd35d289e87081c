from __future__ import annotations

from backend.analytics.experiments.schedules import ExperimentSchedules
from backend.plugins import get


def look_at_schedules() -> None:
    get(ExperimentSchedules).look()
