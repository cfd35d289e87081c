"""Starts and stops by the calendar: what ought to be is computed from both instants at each look, never queued."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from backend.analytics.experiments.definition import Experiment, ExperimentStatus
from backend.analytics.experiments.schedule_phase import SchedulePhase, phase_at
from backend.analytics.experiments.service import SCHEDULE, ExperimentService
from backend.clock import Clock
from backend.errors import MingusError

logger = logging.getLogger(__name__)


class ExperimentSchedules:
    """Looks at every scheduled experiment, and starts or stops those whose time has come."""

    def __init__(self, service: ExperimentService, session: Session, now: Clock) -> None:
        self._service = service
        self._session = session
        self._now = now

    def look(self) -> int:
        """How many were started or stopped. One that cannot start stays a draft, and the log says why."""
        now, moved = self._now(), 0
        waiting = [experiment for experiment in self._service.all() if _is_due(experiment, now)]
        for experiment in waiting:
            try:
                self._move(experiment)
                moved += 1
            except MingusError as refused:
                self._session.rollback()
                logger.warning("experiment %s was not moved by its schedule: %s", experiment.test_id, refused)
        return moved

    def _move(self, experiment: Experiment) -> None:
        schedule = experiment.config.schedule
        if experiment.status is ExperimentStatus.DRAFT:
            self._service.start(experiment.test_id, SCHEDULE, "By its schedule")
        else:
            self._service.stop(experiment.test_id, SCHEDULE, "By its schedule", at=schedule.ends_at)


def _is_due(experiment: Experiment, now: datetime) -> bool:
    schedule, phase = experiment.config.schedule, phase_at(experiment.config.schedule, now)
    if experiment.status is ExperimentStatus.DRAFT:
        return schedule.starts_at is not None and phase is SchedulePhase.DURING
    return experiment.status in (ExperimentStatus.RUNNING, ExperimentStatus.PAUSED) and phase is SchedulePhase.AFTER
