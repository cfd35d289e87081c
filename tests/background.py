"""An installation whose background work is done by real processes that can be killed."""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from backend.analytics.events.models import EventCursor
from backend.clock import utc_now
from backend.jobs.models import Job, JobState, Lease, ScheduledTask
from tests.conftest import server_environ
from tests.effects import PLUGINS
from tests.servers import running, wait_until


@dataclass(frozen=True)
class Installation:
    folder: Path
    database: str
    environ: dict[str, str]

    @classmethod
    def at(cls, folder, database, **settings):
        environ = server_environ(
            folder, DATABASE_URL=database, ANALYTICS_PLUGINS=PLUGINS, EFFECTS=str(folder), **settings
        )
        return cls(folder, database, environ)

    @contextmanager
    def session(self):
        engine = sa.create_engine(self.database, poolclass=sa.NullPool, connect_args=self.patience())
        with Session(engine) as session:
            yield session

    def patience(self):
        return {"timeout": 20} if self.database.startswith("sqlite") else {}

    def add_job(self, **payload):
        now = utc_now()
        job = Job(kind="effect", payload=payload, due_at=now, created_at=now)
        with self.session() as session:
            session.add(job)
            session.commit()
            return job.id

    def job(self, job_id):
        with self.session() as session:
            return session.get(Job, job_id)

    def effects(self):
        """The attempt that left each effect."""
        with self.session() as session:
            return session.scalars(sa.select(EventCursor.position).where(EventCursor.name.startswith("job "))).all()

    def scheduled(self):
        with self.session() as session:
            return session.get(ScheduledTask, "effect.daily")

    def schedule(self):
        with self.session() as session:
            return session.scalars(sa.select(ScheduledTask)).all()

    def lease(self):
        with self.session() as session:
            return session.get(Lease, "scheduler")

    def lines(self):
        path = self.folder / "lines"
        return path.read_text().splitlines() if path.exists() else []

    def await_done(self, job_id, seconds=60):
        wait_until(lambda: self.job(job_id).state == JobState.DONE, f"job {job_id} is done", seconds)

    def await_mark(self, name):
        """The process that waits at this mark to be killed."""
        path = self.folder / name
        wait_until(path.exists, f"somebody is at {name}")
        return int(path.read_text())

    def await_start(self, process):
        wait_until((self.folder / f"started {process.pid}").exists, "it has loaded the app")

    def run(self, module, *options, log="background.log"):
        return running(module, *options, environ=self.environ, log=self.folder / log)

    def log(self, name="background.log"):
        lines = (self.folder / name).read_text().splitlines()
        return [json.loads(line)["message"] for line in lines if line.startswith("{")]


def kill(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
