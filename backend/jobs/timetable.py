"""The schedule as rows: when each entry is due, which process holds it, how its last run ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.clock import Clock
from backend.jobs.attempt import Attempts, TimeLimiter, kind_and_place, unlimited
from backend.jobs.backoff import LONGEST, Uniform, full_jitter
from backend.jobs.kinds import GRACE
from backend.jobs.models import ScheduledTask
from backend.jobs.service import DIED, HANDED_OVER
from backend.jobs.store import ScheduleStore


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """An entry of the schedule. `work` is idempotent: it may run again after a crash, never twice at once."""

    name: str
    every: timedelta
    work: Callable[[], object]
    time_limit: timedelta
    at_start: bool = False

    @property
    def lease(self) -> timedelta:
        return self.time_limit + GRACE

    def is_due(self, row: ScheduledTask, now: datetime) -> bool:
        """Whether no process holds it, and it is due, or due later than in one turn because a clock was set back."""
        return (row.due_at <= now or row.due_at > now + self.every) and _is_over(row.leased_until, now, self.lease)

    def after(self, due_at: datetime, now: datetime) -> datetime:
        """The next due time, in step with the last one; turns that were missed are one turn."""
        in_step = due_at + self.every
        return in_step if now < in_step <= now + self.every else now + self.every


class Schedule:
    """Every entry, by name."""

    def __init__(self, entries: Sequence[ScheduleEntry]) -> None:
        self.entries = {entry.name: entry for entry in entries}
        if len(self.entries) != len(entries):
            raise ValueError("two entries of the schedule have one name")


class Timetable:
    def __init__(
        self,
        store: ScheduleStore,
        session: Session,
        schedule: Schedule,
        now: Clock,
        uniform: Uniform,
        attempts: Attempts,
    ) -> None:
        self._store = store
        self._session = session
        self._entries = schedule.entries
        self._now = now
        self._uniform = uniform
        self._attempts = attempts

    def open(self) -> None:
        """Bring the rows in line with the schedule and make entries that run `at_start` due; for a new leader."""
        now = self._now()
        self._store.settle(self._entries.keys(), now)
        self._store.make_due([entry.name for entry in self._entries.values() if entry.at_start], now)
        self._session.commit()

    def run_next(self, within: TimeLimiter = unlimited) -> bool:
        """Run the entry that has been due longest; False if none is due."""
        return any(self.run(entry.name, within) for entry in self._due(self._now()))

    def run(self, name: str, within: TimeLimiter = unlimited) -> bool:
        """Run an entry unless it is not due or held by another process, so that a repeated call does no harm."""
        entry = self._entries.get(name)
        fence = None if entry is None else self._claim(entry)
        if entry is None or fence is None:
            self._session.rollback()
            return False
        error = self._attempts.attempt(f"scheduled {name}", lambda: self._work(entry, within), name)
        self._session.rollback()
        self._end(entry, fence, error)
        return True

    def hand_over(self, publish: Callable[[str, timedelta], None]) -> int:
        """Publish the names of due entries. Raises ConnectionError as `publish` does; the entry then stays due."""
        return sum(self._offer(entry, publish) for entry in self._due(self._now()))

    def rows(self) -> Sequence[ScheduledTask]:
        return self._store.all()

    def _due(self, now: datetime) -> Sequence[ScheduleEntry]:
        rows = [(row, self._entries[row.name]) for row in self._store.all() if row.name in self._entries]
        due = [entry for row, entry in rows if entry.is_due(row, now)]
        self._session.rollback()
        return due

    def _offer(self, entry: ScheduleEntry, publish: Callable[[str, timedelta], None]) -> bool:
        row, now = self._store.lock(entry.name), self._now()
        if row is None or not _is_over(row.offered_until, now, HANDED_OVER):
            self._session.rollback()
            return False
        row.offered_until = now + HANDED_OVER
        self._session.commit()
        try:
            publish(entry.name, entry.time_limit)
        except ConnectionError:
            row.offered_until = None
            self._session.commit()
            raise
        return True

    def _claim(self, entry: ScheduleEntry) -> int | None:
        row, now = self._store.lock(entry.name), self._now()
        if row is None or not entry.is_due(row, now):
            return None
        if row.leased_until is not None:
            row.failures, row.last_error = row.failures + 1, DIED
        row.fence, row.offered_until = row.fence + 1, None
        row.leased_until, row.last_started_at = now + entry.lease, now
        fence = row.fence
        self._session.commit()
        return fence

    def _work(self, entry: ScheduleEntry, within: TimeLimiter) -> None:
        with within(entry.time_limit):
            entry.work()

    def _end(self, entry: ScheduleEntry, fence: int, error: Exception | None) -> None:
        row, now = self._store.lock_own(entry.name, fence), self._now()
        if row is not None:
            row.leased_until, row.offered_until, row.last_finished_at = None, None, now
            if error is None:
                row.failures, row.last_error, row.due_at = 0, None, entry.after(row.due_at, now)
            else:
                row.failures, row.last_error = row.failures + 1, kind_and_place(error)
                row.due_at = now + full_jitter(row.failures, self._uniform, min(entry.every, LONGEST))
        self._session.commit()


def _is_over(until: datetime | None, now: datetime, longest: timedelta) -> bool:
    return until is None or until <= now or until > now + longest
