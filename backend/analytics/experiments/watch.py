"""How experiments are, for those who watch the site: by what the last looks came to, without counting anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.analytics.experiments.definition import ExperimentStatus
from backend.analytics.experiments.models import AbTest
from backend.analytics.experiments.statistics.verdict_input import VerdictKind


@dataclass(frozen=True, slots=True)
class WatchedExperiment:
    """A running experiment. `since`: its last look, or its start before the first one."""

    name: str
    is_healthy: bool
    since: datetime


class ExperimentWatch:
    def __init__(self, session: Session) -> None:
        self._session = session

    def running(self) -> tuple[WatchedExperiment, ...]:
        tests = select(AbTest).where(AbTest.status == ExperimentStatus.RUNNING.value).order_by(AbTest.test_id)
        return tuple(map(_watched, self._session.scalars(tests)))

    def figures(self, now: datetime) -> Mapping[str, float]:
        """How many run, how many of them failed a check, and how long ago the one waiting longest was looked at."""
        running = self.running()
        oldest = min((each.since for each in running), default=now)
        return {
            "experiments_running": float(len(running)),
            "experiments_unhealthy": float(sum(not each.is_healthy for each in running)),
            "experiments_look_age_seconds": max((now - oldest).total_seconds(), 0.0),
        }


def _watched(test: AbTest) -> WatchedExperiment:
    kept = test.verdict if test.verdict and test.verdict["phase"] == test.phase else None
    latest, looked_at = (kept["latest"], kept["looked_at"]) if kept else (None, None)
    since = datetime.fromisoformat(looked_at) if looked_at else test.started_at or test.updated_at
    return WatchedExperiment(test.test_name, not latest or latest["kind"] != VerdictKind.UNHEALTHY, since)
