from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from backend.jobs.models import JobState


class Shown(StrEnum):
    """The lists of jobs that a person may see. `failed` lists jobs that wait for another attempt."""

    OPEN = "open"
    DEAD = "dead"
    FAILED = "failed"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"

    @property
    def states(self) -> Sequence[JobState]:
        if self is Shown.OPEN:
            return [JobState.DEAD, JobState.WAITING, JobState.RUNNING]
        return [JobState.WAITING if self is Shown.FAILED else JobState(self.value)]
