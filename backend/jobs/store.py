from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Insert, Select, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.clock import Clock, utc_now
from backend.jobs.kinds import ClaimedJob, JobKinds
from backend.jobs.listing import Shown
from backend.jobs.models import Job, JobState, Lease, ScheduledTask

UNFINISHED = (JobState.WAITING, JobState.RUNNING)
ENDED = (JobState.DONE, JobState.DEAD)


def database_clock(session: Session) -> Clock:
    """The clock that processes on several hosts share: PostgreSQL's. Processes with SQLite share one host."""

    def now() -> datetime:
        if session.get_bind().dialect.name == "sqlite":
            return utc_now()
        database_now: datetime = session.scalars(select(func.clock_timestamp())).one()
        return database_now.astimezone(UTC)

    return now


def inserting(session: Session, model: type[Any]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT with ON CONFLICT, in the dialect of the session's database."""
    return sqlite.insert(model) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(model)


def is_over(until: InstrumentedAttribute[datetime | None], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Whether a lease or an offer has run out, or ends later than any can, because a clock was set back."""
    return or_(until.is_(None), until <= now, until > now + longest)


class JobStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, **values: object) -> int | None:
        """The id of the new row; None if there is one with this unique key."""
        statement: Insert = inserting(self._session, Job).on_conflict_do_nothing(index_elements=["unique_key"])
        return self._session.execute(statement.values(**values).returning(Job.id)).scalar()

    def next_due(self, now: datetime, kinds: JobKinds) -> Job | None:
        """The job that has waited longest, locked until the transaction ends; rows locked by others are skipped."""
        return self._locked(_due(now, kinds).order_by(Job.due_at, Job.id).limit(1))

    def due(self, job_id: int, now: datetime, kinds: JobKinds) -> Job | None:
        """This job, locked, if it is due and no process holds it."""
        return self._locked(_due(now, kinds).where(Job.id == job_id))

    def offer(self, now: datetime, window: timedelta, most: int, kinds: JobKinds) -> Sequence[Job]:
        """Mark due jobs as handed over for the length of `window`, so that they are not handed over every second."""
        open_ = _due(now, kinds).where(is_over(Job.offered_until, now, window)).order_by(Job.due_at, Job.id)
        jobs = self._session.scalars(open_.limit(most).with_for_update(skip_locked=True)).all()
        for job in jobs:
            job.offered_until = now + window
        return jobs

    def withdraw(self, ids: Iterable[int]) -> None:
        """Undo an offer that could not be published."""
        self._session.execute(update(Job).where(Job.id.in_(ids)).values(offered_until=None))

    def finish(self, job: ClaimedJob, **values: object) -> bool:
        """End an attempt; False if another process has taken the job over."""
        ended = update(Job).where(_own(job)).values(leased_until=None, offered_until=None, **values)
        return self._changed(ended) == 1

    def tell(self, job: ClaimedJob, percent: int) -> bool:
        """Note how much of an attempt's work is done; False if another process has taken the job over."""
        return self._changed(update(Job).where(_own(job)).values(progress=percent)) == 1

    def latest(self, kinds: Collection[str]) -> Job | None:
        return self._session.scalar(select(Job).where(Job.kind.in_(kinds)).order_by(Job.id.desc()).limit(1))

    def free_running(self) -> None:
        """Let every job that is being run be claimed anew; whoever still runs one can no longer end it."""
        self._changed(update(Job).where(Job.state == JobState.RUNNING).values(leased_until=None))

    def find(self, job_id: int) -> Job | None:
        return self._locked(select(Job).where(Job.id == job_id), skip_locked=False)

    def newest(
        self, states: Collection[JobState] | None, most: int, before: int | None = None, *, failed: bool = False
    ) -> Sequence[Job]:
        """`failed`: only jobs of which an attempt has failed."""
        jobs = select(Job).order_by(Job.id.desc()).limit(most)
        if states is not None:
            jobs = jobs.where(Job.state.in_(states))
        if failed:
            jobs = jobs.where(Job.last_error.is_not(None))
        return self._session.scalars(jobs if before is None else jobs.where(Job.id < before)).all()

    def counts(self) -> dict[Shown, int]:
        """The number of jobs in each list of jobs that have not succeeded."""
        failed = func.count(Job.last_error)
        rows = self._session.execute(select(Job.state, func.count(), failed).group_by(Job.state)).all()
        counts = {state: (number, failures) for state, number, failures in rows}
        none = (0, 0)
        dead, waiting, running = (counts.get(s, none)[0] for s in (JobState.DEAD, JobState.WAITING, JobState.RUNNING))
        return {
            Shown.OPEN: dead + waiting + running,
            Shown.DEAD: dead,
            Shown.FAILED: counts.get(JobState.WAITING, none)[1],
            Shown.WAITING: waiting,
            Shown.RUNNING: running,
        }

    def oldest_due(self) -> datetime | None:
        """When the first of the waiting jobs is due; None if none waits."""
        return self._session.scalar(select(func.min(Job.due_at)).where(Job.state == JobState.WAITING))

    def state(self, unique_key: str) -> JobState | None:
        state = self._session.scalar(select(Job.state).where(Job.unique_key == unique_key))
        return None if state is None else JobState(state)

    def revive(self, unique_key: str, due_at: datetime) -> None:
        """Give this job all its attempts again if it has ended."""
        ended = (Job.unique_key == unique_key) & Job.state.in_(ENDED)
        self._changed(update(Job).where(ended).values(_fresh(due_at)))

    def revive_all(self, now: datetime) -> int:
        """Give every dead job all its attempts again."""
        return self._changed(update(Job).where(Job.state == JobState.DEAD).values(_fresh(now)))

    def delete_ended(self, state: JobState, before: datetime, most: int) -> int:
        old = select(Job.id).where(Job.state == state, Job.finished_at < before).limit(most)
        return self._changed(delete(Job).where(Job.id.in_(old)))

    def count(self, state: JobState) -> int:
        return self._session.scalars(select(func.count()).select_from(Job).where(Job.state == state)).one()

    def _locked(self, jobs: Select[Job], *, skip_locked: bool = True) -> Job | None:
        return self._session.scalar(
            jobs.with_for_update(skip_locked=skip_locked).execution_options(populate_existing=True)
        )

    def _changed(self, statement: Any) -> int:
        result = self._session.execute(statement.execution_options(synchronize_session=False))
        assert isinstance(result, CursorResult)
        return result.rowcount


def _fresh(due_at: datetime) -> dict[str, Any]:
    return {"state": JobState.WAITING, "attempts": 0, "due_at": due_at, "finished_at": None}


def _own(job: ClaimedJob) -> ColumnElement[bool]:
    """The row of an attempt, as long as no other one has begun."""
    own: ColumnElement[bool] = (Job.id == job.id) & (Job.fence == job.fence) & (Job.state == JobState.RUNNING)
    return own


def _due(now: datetime, kinds: JobKinds) -> Select[Job]:
    """Due jobs that no living process holds, of the kinds that this process's version knows."""
    free = (Job.state == JobState.WAITING) | is_over(Job.leased_until, now, kinds.longest_lease)
    return select(Job).where(Job.state.in_(UNFINISHED), Job.due_at <= now, free, Job.kind.in_(list(kinds)))


class LeaseStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, name: str, holder: str, now: datetime, length: timedelta) -> int | None:
        """The fence, if the lease is this holder's or was free; one statement, so that two cannot both hold it."""
        statement = inserting(self._session, Lease).values(name=name, holder=holder, fence=1, expires_at=now + length)
        fence = case((Lease.holder == holder, Lease.fence), else_=Lease.fence + 1)
        upsert = statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "fence": fence, "expires_at": now + length},
            where=(Lease.holder == holder) | is_over(Lease.expires_at, now, length),
        )
        return self._session.execute(upsert.returning(Lease.fence)).scalar()

    def end(self, name: str, holder: str, now: datetime) -> None:
        own = (Lease.name == name) & (Lease.holder == holder)
        self._session.execute(update(Lease).where(own).values(expires_at=now))

    def find(self, name: str) -> Lease | None:
        return self._session.scalar(select(Lease).where(Lease.name == name).execution_options(populate_existing=True))


class ScheduleStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def settle(self, names: Collection[str], now: datetime) -> None:
        """Add a row for each name that has none, due at once, and delete the rows of all other names."""
        rows = [{"name": name, "due_at": now, "fence": 0, "failures": 0} for name in sorted(names)]
        if rows:
            self._session.execute(inserting(self._session, ScheduledTask).on_conflict_do_nothing(), rows)
        self._session.execute(delete(ScheduledTask).where(ScheduledTask.name.not_in(names)))

    def make_due(self, names: Collection[str], now: datetime) -> None:
        self._session.execute(update(ScheduledTask).where(ScheduledTask.name.in_(names)).values(due_at=now))

    def all(self) -> Sequence[ScheduledTask]:
        return self._session.scalars(select(ScheduledTask).order_by(ScheduledTask.due_at, ScheduledTask.name)).all()

    def lock(self, name: str) -> ScheduledTask | None:
        """The row, locked, unless another process has locked it."""
        row = select(ScheduledTask).where(ScheduledTask.name == name).with_for_update(skip_locked=True)
        return self._session.scalar(row.execution_options(populate_existing=True))

    def lock_own(self, name: str, fence: int) -> ScheduledTask | None:
        """The row, locked, if its fence is still this one."""
        own = (ScheduledTask.name == name) & (ScheduledTask.fence == fence)
        row = select(ScheduledTask).where(own).with_for_update()
        return self._session.scalar(row.execution_options(populate_existing=True))
