from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.errors import MingusError, NotFound
from backend.jobs.attempt import Attempts, TimeLimiter, kind_and_place, unlimited
from backend.jobs.backoff import Uniform, full_jitter
from backend.jobs.kinds import ClaimedJob, JobKinds, NoUse, TryAgain
from backend.jobs.listing import Shown
from backend.jobs.models import Job, JobState
from backend.jobs.store import JobStore

Count = Callable[[str], None]
DONE_RETENTION, DEAD_RETENTION = timedelta(days=7), timedelta(days=90)
HANDED_OVER = timedelta(seconds=60)
BATCH_SIZE, PRUNE_BATCH_SIZE = 100, 1000
DONE, FAILED, DEAD = "jobs.done", "jobs.failed", "jobs.dead"
DIED = "its process ended before the work did"


class JobTaken(Exception):
    """The lease ran out and another process holds the job now; the work of this one is rolled back."""


class NotDead(MingusError):
    status = 409
    code = "not_dead"
    title = "The job does not need to be retried"


class Jobs:
    """Jobs are added in their caller's transaction, and done by whichever process finds them due."""

    def __init__(
        self,
        store: JobStore,
        session: Session,
        kinds: JobKinds,
        audit: AuditLog,
        count: Count,
        now: Clock,
        uniform: Uniform,
        attempts: Attempts,
    ) -> None:
        self._store = store
        self._session = session
        self._kinds = kinds
        self._audit = audit
        self._count = count
        self._now = now
        self._uniform = uniform
        self._attempts = attempts

    def add(
        self, kind: str, payload: Mapping[str, Any], due_at: datetime | None = None, unique_key: str | None = None
    ) -> int | None:
        """Add a job in the caller's transaction; None if there is a job with this key. Commits nothing."""
        now = self._now()
        return self._store.add(
            kind=self._kinds[kind].name,
            payload=dict(payload),
            due_at=due_at or now,
            unique_key=unique_key,
            state=JobState.WAITING,
            attempts=0,
            fence=0,
            created_at=now,
        )

    def add_again(self, kind: str, payload: Mapping[str, Any], unique_key: str, due_at: datetime | None = None) -> None:
        """As `add`, and where a job with this key has ended, give it all its attempts again. Commits nothing."""
        if self.add(kind, payload, due_at, unique_key) is None:
            self._store.revive(unique_key, due_at or self._now())

    def state(self, unique_key: str) -> JobState | None:
        """The state of the job with this key; None if there is none."""
        return self._store.state(unique_key)

    def latest(self, kinds: Collection[str]) -> Job | None:
        """The newest job of these kinds; None if there is none, or it ended long ago."""
        return self._store.latest(kinds)

    def tell(self, job: ClaimedJob, percent: int) -> None:
        """Commit how much of the work of an attempt is done. Raises JobTaken."""
        told = self._store.tell(job, percent)
        self._session.commit()
        if not told:
            raise JobTaken(f"job {job.id} was taken over")

    def free_running(self) -> None:
        """For whoever begins to run all jobs alone: those still marked as running were left by a process that died.

        They are due now, not when their leases run out; an attempt that goes on after all is rolled back at its end.
        """
        self._store.free_running()
        self._session.commit()

    def run_due(self, most: int = BATCH_SIZE, within: TimeLimiter = unlimited) -> int:
        """Do due jobs, one after the other; how many were tried."""
        for tried in range(most):
            job = self._claim(self._store.next_due(self._now(), self._kinds))
            if job is None:
                return tried
            self._try(job, within)
        return most

    def run(self, job_id: int, within: TimeLimiter = unlimited) -> bool:
        """Do this job unless it is done, not due or held by another process, so that a repeated call does no harm."""
        job = self._claim(self._store.due(job_id, self._now(), self._kinds))
        if job is not None:
            self._try(job, within)
        return job is not None

    def hand_over(self, publish: Callable[[int, timedelta], None], most: int = BATCH_SIZE) -> int:
        """Publish the ids of due jobs, each after its row was committed.

        Raises ConnectionError as `publish` does; jobs that were not published stay due.
        """
        jobs = self._store.offer(self._now(), HANDED_OVER, most, self._kinds)
        waiting = [(job.id, self._kinds[job.kind].time_limit) for job in jobs]
        self._session.commit()
        while waiting:
            try:
                publish(*waiting[0])
            except ConnectionError:
                self._store.withdraw([job_id for job_id, _ in waiting])
                self._session.commit()
                raise
            waiting.pop(0)
        return len(jobs)

    def list(self, state: JobState | None = None, most: int = BATCH_SIZE) -> Sequence[Job]:
        """The newest jobs first."""
        return self._store.newest(None if state is None else [state], most)

    def page(self, shown: Shown, before: int | None, most: int = BATCH_SIZE) -> Sequence[Job]:
        """A page of one list of jobs, the newest first; `before` is the id of the last job on the page before."""
        return self._store.newest(shown.states, most, before, failed=shown is Shown.FAILED)

    def counts(self) -> Mapping[Shown, int]:
        """How many jobs each list holds, of the lists of jobs that have not succeeded."""
        return self._store.counts()

    def oldest_due(self) -> timedelta | None:
        """For how long the job that has waited longest has been due; None if none is due."""
        due_at, now = self._store.oldest_due(), self._now()
        return now - due_at if due_at is not None and due_at < now else None

    def dead(self) -> int:
        """How many jobs have failed for good and wait for a person."""
        return self._store.count(JobState.DEAD)

    def retry(self, job_id: int, by: str) -> None:
        """Give a dead job all its attempts again, from now on. Raises NotFound, NotDead."""
        job = self._store.find(job_id)
        if job is None:
            raise NotFound(f"There is no job {job_id}.")
        if job.state != JobState.DEAD:
            raise NotDead(f"Job {job_id} is {job.state}. Only a dead job can be retried.")
        tries = job.attempts
        job.state, job.attempts, job.due_at, job.finished_at = JobState.WAITING, 0, self._now(), None
        self._audit.record(by, Action.JOB_RETRIED, f"job:{job_id}", kind=job.kind, tries=tries)
        self._session.commit()

    def retry_all_dead(self, by: str) -> int:
        revived = self._store.revive_all(self._now())
        self._audit.record(by, Action.JOBS_RETRIED, "jobs:dead", count=revived)
        self._session.commit()
        return revived

    def prune(self) -> int:
        """Delete jobs that ended longer ago than their retention, in batches; how many."""
        now, pruned = self._now(), 0
        for state, retention in ((JobState.DONE, DONE_RETENTION), (JobState.DEAD, DEAD_RETENTION)):
            while deleted := self._store.delete_ended(state, now - retention, PRUNE_BATCH_SIZE):
                self._session.commit()
                pruned += deleted
        self._session.rollback()
        return pruned

    def _claim(self, job: Job | None) -> ClaimedJob | None:
        """Take a lease on a locked row; every attempt counts, also one whose process died."""
        if job is None:
            self._session.rollback()
            return None
        kind, now = self._kinds[job.kind], self._now()
        job.fence, job.offered_until = job.fence + 1, None
        job.state, job.leased_until, job.attempts = JobState.RUNNING, now + kind.lease, job.attempts + 1
        claimed = ClaimedJob(job.id, job.kind, job.payload, job.unique_key, job.attempts, job.fence)
        self._session.commit()
        return claimed

    def _try(self, job: ClaimedJob, within: TimeLimiter) -> None:
        if job.attempts > self._kinds[job.kind].attempts:
            self._fail(job, DIED)
            return
        work = partial(self._do, job, within)
        error = self._attempts.attempt(f"job {job.id} ({job.kind})", work, job.kind, f"job {job.kind}")
        self._session.rollback()
        if error is None:
            self._count(DONE)
        elif isinstance(error, NoUse):
            self._fail(job, str(error), for_good=True)
        else:
            self._fail(job, str(error) if isinstance(error, TryAgain) else kind_and_place(error))

    def _do(self, job: ClaimedJob, within: TimeLimiter) -> None:
        kind = self._kinds[job.kind]
        with within(kind.time_limit):
            kind.handler(job)
            values = {"state": JobState.DONE, "finished_at": self._now(), "last_error": None}
            if not self._store.finish(job, **values | ({"payload": {}} if kind.forgets else {})):
                raise JobTaken(f"job {job.id} was taken over")
            self._session.commit()

    def _fail(self, job: ClaimedJob, reason: str, *, for_good: bool = False) -> None:
        now = self._now()
        last = for_good or job.attempts >= self._kinds[job.kind].attempts
        after = (
            {"state": JobState.DEAD, "finished_at": now}
            if last
            else {"state": JobState.WAITING, "due_at": now + full_jitter(job.attempts, self._uniform)}
        )
        ended = self._store.finish(job, last_error=reason, **after)
        self._session.commit()
        if ended:
            self._count(FAILED)
            if last:
                self._count(DEAD)
