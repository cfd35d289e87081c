"""Where an instant lies between the start and the end that an experiment is given."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from backend.analytics.experiments.definition import Experiment, ExperimentSchedule, ExperimentStatus


class SchedulePhase(StrEnum):
    """Where an instant lies in a schedule."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


def phase_at(schedule: ExperimentSchedule, now: datetime) -> SchedulePhase:
    """The end belongs to what is after it. Without a start it is `DURING` until the end."""
    if schedule.ends_at is not None and now >= schedule.ends_at:
        return SchedulePhase.AFTER
    if schedule.starts_at is not None and now < schedule.starts_at:
        return SchedulePhase.BEFORE
    return SchedulePhase.DURING


def is_taking(experiment: Experiment, now: datetime) -> bool:
    """Whether it runs and its end, if it has one, is to come: late looks let nobody in after the end."""
    is_running = experiment.status is ExperimentStatus.RUNNING
    return is_running and phase_at(experiment.config.schedule, now) is not SchedulePhase.AFTER
