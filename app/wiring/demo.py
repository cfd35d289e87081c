from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import current_app

from app.logs import without_request_lines
from backend.accounts.keys.service import KeyService
from backend.analytics.lake.erasure import Erasure
from backend.analytics.lake.sync import LakeSync
from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.clock import utc_now
from backend.database import get_db_session
from backend.demo.doors import AppDoor, Door
from backend.demo.jobs import DemoJobs
from backend.demo.service import DemoVisits
from backend.demo.work import CLEAR, FILL, DemoWork
from backend.jobs.kinds import ClaimedJob, JobKinds
from backend.jobs.service import Jobs
from backend.plugins import Registry
from backend.reference.loading import Reference
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    def jobs() -> DemoJobs:
        return DemoJobs.of(registry.build(Reference), registry.build(JobImpactCalculator))

    def demo() -> DemoVisits:
        keys, sync, erasure = registry.build(KeyService), registry.build(LakeSync), registry.build(Erasure)
        return DemoVisits(jobs, keys, sync, erasure, utc_now)

    @contextmanager
    def own_door() -> Iterator[Door]:
        """This process itself: a server would log thousands of requests, and be busy with them."""
        with without_request_lines():
            yield door_of_this_process(settings.public_hosts)

    def work() -> DemoWork:
        return DemoWork(registry.build(Jobs), demo, own_door, get_db_session(), utc_now)

    def fill(job: ClaimedJob) -> None:
        work().fill(job)

    def clear(job: ClaimedJob) -> None:
        work().clear(job)

    registry.add_service(DemoVisits, demo)
    registry.add_service(DemoWork, work)
    registry.build(JobKinds).add(FILL, fill, attempts=3, time_limit=timedelta(minutes=10))
    registry.build(JobKinds).add(CLEAR, clear, attempts=5, time_limit=timedelta(minutes=10))


def door_of_this_process(public_hosts: list[str] | None) -> AppDoor:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    return AppDoor(app, (public_hosts or ["localhost"])[0].lstrip("."))
