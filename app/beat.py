"""Celery beat on Mingus's own schedule: rows, read by whichever beat holds the lease."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.beat import Scheduler
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.celery import QUEUE, RUN_JOB, RUN_SCHEDULED, flask_app
from app.database_watch import DatabaseWatch
from app.leader import Leader
from backend.jobs.service import Jobs
from backend.jobs.timetable import Timetable
from backend.plugins import get

TICK_SECONDS = 1.0
MOST_QUEUED = 1000
logger = logging.getLogger(__name__)


class LeasedScheduler(Scheduler):  # type: ignore[misc]
    """Hands over what is due, once a second, while it leads."""

    def setup_schedule(self) -> None:
        self._term: int | None = None
        self._complained = False
        self._leader = Leader(flask_app)
        self._leader.start()
        self._watch = DatabaseWatch(flask_app, self._leader)
        self._watch.start()

    def tick(self, *_args: object, **_given: object) -> float:
        if self._leader.fence is None:
            return TICK_SECONDS
        try:
            self._hand_over(self._leader.fence)
        except (ConnectionError, SQLAlchemyError) as error:
            if not self._complained:
                logger.warning("handing work over must wait: %s", type(error).__name__)
            self._complained = True
        else:
            self._complained = False
        return TICK_SECONDS

    def close(self) -> None:
        self._watch.stop()
        self._leader.stop()
        super().close()

    def _hand_over(self, term: int) -> None:
        with flask_app.app_context():
            if term != self._term:
                get(Timetable).open()
                self._term = term
            get(Timetable).hand_over(self._publisher(RUN_SCHEDULED))
            if queued(self.app) < MOST_QUEUED:
                get(Jobs).hand_over(self._publisher(RUN_JOB))

    def _publisher(self, task: str) -> Callable[[Any, timedelta], None]:
        def publish(row: int | str, limit: timedelta) -> None:
            seconds = limit.total_seconds()
            try:
                self.app.send_task(task, [row], soft_time_limit=seconds, time_limit=seconds + 3, retry=False)
            except (OperationalError, RedisError) as error:
                raise ConnectionError(type(error).__name__) from error

        return publish


def queued(celery: Celery) -> int:
    """How many messages wait for a worker: with none running, rows wait in the database and not in Redis too."""
    try:
        with celery.connection_for_write() as connection:
            return int(connection.default_channel.client.llen(QUEUE))
    except (OperationalError, RedisError) as error:
        raise ConnectionError(type(error).__name__) from error
