"""The state of background work in one sentence, for the health page."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.jobs.leases import SCHEDULER, Leases
from backend.jobs.service import Jobs
from backend.jobs.timetable import Timetable
from backend.plugins import Health


class BackgroundWork:
    def __init__(self, session: Session, leases: Leases, timetable: Timetable, jobs: Jobs) -> None:
        self._session = session
        self._leases = leases
        self._timetable = timetable
        self._jobs = jobs

    def health(self) -> Health:
        """OK while a process leads, no entry of the schedule fails and no job is dead. Not vital to the site."""
        try:
            age, troubles = self._leases.heartbeat_age(SCHEDULER), self._troubles()
        except SQLAlchemyError as error:
            self._session.rollback()
            return Health(ok=False, reason=f"no answer ({type(error).__name__})", vital=False)
        if age is None or age > 2 * self._leases.lease:
            troubles.insert(0, "no scheduler has run yet" if age is None else f"no scheduler since {_seconds(age)}")
            return Health(ok=False, reason="; ".join(troubles), vital=False)
        return Health(ok=not troubles, reason="; ".join([f"heartbeat {_seconds(age)} ago", *troubles]), vital=False)

    def _troubles(self) -> list[str]:
        failing = [f"{row.name} fails: {row.last_error}" for row in self._timetable.rows() if row.failures]
        dead = self._jobs.dead()
        return [*failing, f"dead jobs: {dead}"] if dead else failing


def _seconds(age: timedelta) -> str:
    return f"{max(age.total_seconds(), 0):.0f} s"
