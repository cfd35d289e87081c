"""Demo visits as background work: sent and removed by jobs, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from time import sleep
from typing import Self

from sqlalchemy.orm import Session

from backend.clock import Clock
from backend.demo.doors import Door
from backend.demo.service import DemoVisits
from backend.errors import Unavailable
from backend.jobs.kinds import ClaimedJob, TryAgain
from backend.jobs.models import Job, JobState
from backend.jobs.service import Jobs

FILL, CLEAR = "demo.fill", "demo.clear"
KINDS = (FILL, CLEAR)
SESSIONS, DAYS, SEED = 5_000, 60, 2026
SYNC_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class DemoTask:
    """A job that fills or clears; `percent` of it is done, as far as is known."""

    number: int
    fills: bool
    state: JobState
    percent: int | None
    trouble: str | None

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(job.id, job.kind == FILL, JobState(job.state), job.progress, job.last_error)

    @property
    def under_way(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)


class DemoWork:
    def __init__(
        self,
        jobs: Jobs,
        visits: Callable[[], DemoVisits],
        door: Callable[[], AbstractContextManager[Door]],
        session: Session,
        now: Clock,
    ) -> None:
        """`door` is what demo visits go through, for as long as they are sent."""
        self._jobs = jobs
        self._visits = visits
        self._door = door
        self._session = session
        self._now = now

    def ask_fill(self) -> DemoTask:
        """Send a world of the size that `flask demo visits` has too, unless a job is under way; that job, else."""
        return self._ask(FILL, until=self._now().isoformat())

    def ask_clear(self) -> DemoTask:
        """Remove all demo visits, unless a job is under way; that job, else."""
        return self._ask(CLEAR)

    def latest(self) -> DemoTask | None:
        """The newest job, unless it ended long ago."""
        job = self._jobs.latest(KINDS)
        return None if job is None else DemoTask.of(job)

    def under_way(self) -> DemoTask | None:
        """The job that fills or clears now, if there is one."""
        task = self.latest()
        return task if task and task.under_way else None

    def fill(self, job: ClaimedJob) -> None:
        """Send the world, as its job. Another attempt sends the same events, of which each is stored once."""
        demo, sent, told = self._visits(), 0, 0
        world = demo.world(SESSIONS, DAYS, SEED, datetime.fromisoformat(job.payload["until"]))

        def arrived(sessions: int) -> None:
            nonlocal sent, told
            sent += sessions
            if (percent := 100 * sent // SESSIONS) > told:
                told = percent
                self._jobs.tell(job, percent)

        with self._door() as door:
            demo.send(world, door, arrived)
        while demo.sync() is None:  # the sync of another process may have begun before the last visits came
            sleep(SYNC_PAUSE_SECONDS)

    def clear(self, _job: ClaimedJob) -> None:
        demo = self._visits()
        demo.clear()
        if left := demo.left():
            raise TryAgain(f"{left} rows of demo visits came meanwhile")

    def _ask(self, kind: str, **payload: str) -> DemoTask:
        """Two requests at once name the same key, so that one of them makes the job."""
        task = self.latest()
        if task is None or not task.under_way:
            self._jobs.add(kind, payload, unique_key=f"demo after {task.number if task else 0}")
            self._session.commit()
            task = self.latest()
        if task is None:
            raise Unavailable("The demo visits could not be scheduled. Try again.")
        return task
