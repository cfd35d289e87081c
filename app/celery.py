"""Background work by Celery: `celery -A app.celery worker` does it, `celery -A app.celery beat` hands it over.

A message carries the name of a row and nothing else; the row decides what a lost, late or repeated message does.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import (
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)

from app import create_app
from app.wiring.sampling import sampler_of
from backend.jobs.kinds import JobKinds
from backend.jobs.service import Jobs
from backend.jobs.timetable import Schedule, Timetable
from backend.plugins import KEY, Registry, get
from config.settings import InvalidSettings, Settings

RUN_JOB, RUN_SCHEDULED = "mingus.run_job", "mingus.run_scheduled"
QUEUE = "mingus"

settings = Settings.from_env(os.environ)
if not settings.CELERY_BROKER_URL.get_secret_value():
    raise InvalidSettings(
        "CELERY_BROKER_URL is empty, so the embedded scheduler of `make run` does the background work."
    )
flask_app = create_app(settings)
registry: Registry = flask_app.extensions[KEY]


def longest_task() -> timedelta:
    entries = registry.build(Schedule).entries.values()
    return max([registry.build(JobKinds).longest_lease, *(entry.lease for entry in entries)])


def configuration() -> dict[str, Any]:
    longest = longest_task().total_seconds()
    return {
        "broker_url": settings.CELERY_BROKER_URL.get_secret_value(),
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            "visibility_timeout": longest + 60,
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
            "socket_keepalive": True,
        },
        "task_default_queue": QUEUE,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_soft_time_limit": longest,
        "task_time_limit": longest + 3,
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "beat_scheduler": "app.beat:LeasedScheduler",
    }


celery = Celery("mingus")
celery.conf.update(configuration())


@celery.task(name=RUN_JOB)  # type: ignore[untyped-decorator]
def run_job(job_id: int) -> None:
    with flask_app.app_context():
        get(Jobs).run(job_id)


@celery.task(name=RUN_SCHEDULED)  # type: ignore[untyped-decorator]
def run_scheduled(name: str) -> None:
    with flask_app.app_context():
        get(Timetable).run(name)


@setup_logging.connect  # type: ignore[untyped-decorator]
def keep_our_logs(**_given: object) -> None:
    """Logging is set up already: Celery need not."""


@worker_process_init.connect  # type: ignore[untyped-decorator]
def start(**_given: object) -> None:
    """In each child, after the fork: an empty connection pool, plugins with threads of their own."""
    registry.start(warm=False)


@worker_process_shutdown.connect  # type: ignore[untyped-decorator]
def stop(**_given: object) -> None:
    registry.stop()


sampler = sampler_of(flask_app, settings)


@worker_ready.connect  # type: ignore[untyped-decorator]
def start_sampling(**_given: object) -> None:
    """In the worker's main process. A child that is forked in the middle of a round would inherit its locks."""
    os.register_at_fork(before=sampler.pause, after_in_parent=sampler.resume, after_in_child=sampler.resume)
    sampler.start()


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def stop_sampling(**_given: object) -> None:
    sampler.stop()
