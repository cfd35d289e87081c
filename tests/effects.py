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
from backend.jobs.timetable import Schedule, ScheduleEntry
from backend.plugins import KEY, Health

PLUGINS = (
    "backend.analytics.ai_calculator_analytics:AiCalculatorAnalytics,"
    "backend.analytics.ai_calculator_dashboard:AiCalculatorDashboard,tests.effects:Effects"
)
LIMIT = timedelta(seconds=4)


class Effects:
    """Jobs of kind `effect` leave one row each; the scheduled `effect.daily` leaves one line a turn."""

    name = "effects"

    def init_app(self, app):
        registry = app.extensions[KEY]
        folder = Path(os.environ["EFFECTS"])
        daily = ScheduleEntry("effect.daily", timedelta(days=1), lambda: leave_line(folder), LIMIT)
        registry.build(JobKinds).add("effect", lambda job: leave_row(folder, job), time_limit=LIMIT)
        registry.add_shared(Schedule, lambda: Schedule([daily]))

    def start(self): ...

    def stop(self): ...

    def health(self):
        return Health(ok=True)


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
