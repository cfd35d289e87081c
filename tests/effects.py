"""A plugin with work to interrupt: a first attempt waits to be killed, the next one gets through."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from backend.analytics.events.models import EventCursor
from backend.clock import utc_now
from backend.database import get_db_session
from backend.jobs.kinds import JobKinds
from backend.jobs.leases import Leases
from backend.jobs.store import LeaseStore, database_clock
from backend.jobs.timetable import Schedule, ScheduleEntry
from backend.plugins import KEY, Health

PLUGINS = (
    "backend.analytics.ai_calculator_analytics:AiCalculatorAnalytics,"
    "backend.analytics.ai_calculator_dashboard:AiCalculatorDashboard,tests.effects:Effects"
)
LIMIT = timedelta(seconds=3)
LEASE = timedelta(seconds=5)  # whoever follows somebody that was killed need not wait the usual ten


class Effects:
    """Jobs of kind `effect` leave one row each; the scheduled `effect.daily` leaves one line a turn."""

    name = "effects"

    def init_app(self, app):
        registry = app.extensions[KEY]
        self._folder = folder = Path(os.environ["EFFECTS"])
        daily = ScheduleEntry("effect.daily", timedelta(days=1), lambda: leave_line(folder), LIMIT)
        registry.build(JobKinds).add("effect", lambda job: leave_row(folder, job), time_limit=LIMIT)
        registry.add_shared(Schedule, lambda: Schedule([daily]))
        registry.add_service(Leases, short_leases)

    def start(self):
        (self._folder / f"started {os.getpid()}").touch()

    def stop(self): ...

    def health(self):
        return Health(ok=True)


def short_leases():
    session = get_db_session()
    return Leases(LeaseStore(session), session, database_clock(session), LEASE)


def leave_row(folder, job):
    get_db_session().add(EventCursor(name=f"job {job.id}", position=job.attempts, updated_at=utc_now()))
    get_db_session().flush()
    if job.payload.get("wait"):
        wait_to_be_killed(folder / f"job {job.id}")
    if job.payload.get("pause"):
        mark(folder / f"job {job.id}")
        time.sleep(job.payload["pause"])


def leave_line(folder):
    if (folder / "wait daily").exists():
        wait_to_be_killed(folder / "daily")
    with (folder / "lines").open("a") as lines:
        lines.write("daily\n")


def wait_to_be_killed(path):
    """Whoever comes second finds the mark and goes on."""
    if not path.exists():
        mark(path)
        time.sleep(60)


def mark(path):
    """Say which process is at it."""
    draft = path.with_suffix(".draft")
    draft.write_text(str(os.getpid()))
    draft.rename(path)
