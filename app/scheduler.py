"""The embedded scheduler: `python -m app.scheduler` does all background work when there is no Celery."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from time import monotonic, sleep
from types import FrameType

from flask import Flask

from app import create_app
from app.alarm import Alarm
from app.database_watch import DatabaseWatch
from app.leader import NO_DATABASE, Leader
from app.wiring.sampling import sampler_of
from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.jobs.service import Jobs
from backend.jobs.timetable import Timetable
from backend.plugins import KEY, get
from config.settings import Settings

TICK_SECONDS = 1.0
TICKS, MILLISECONDS = "scheduler.ticks", "scheduler.milliseconds"
logger = logging.getLogger(__name__)


class EmbeddedScheduler:
    """While it leads: one piece of work after the other, then a pause of a second."""

    def __init__(self, app: Flask, leader: Leader, alarm: Alarm) -> None:
        self._app = app
        self._leader = leader
        self._alarm = alarm
        self._term: int | None = None
        self._stopping = False
        self._complained = False

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Finish the work at hand, then end."""
        self._stopping = True

    def run(self) -> None:
        while not self._stopping:
            began = monotonic()
            if self._leader.fence is not None:
                self._tick()
            while not self._stopping and monotonic() < began + TICK_SECONDS:
                sleep(0.05)

    def _tick(self) -> None:
        began = monotonic()
        try:
            self._open_term()
            while self._step() and not self._stopping and self._leader.fence is not None:
                pass
        except NO_DATABASE as error:
            if not self._complained:
                logger.warning("background work waits for the database (%s)", type(error).__name__)
            self._complained = True
            return
        self._complained = False
        telemetry = self._app.extensions[KEY].build(AiCalculatorAnalytics).telemetry
        telemetry.count(TICKS)
        telemetry.count(MILLISECONDS, round((monotonic() - began) * 1000))

    def _open_term(self) -> None:
        term = self._leader.fence
        if term != self._term:
            with self._app.app_context():
                get(Timetable).open()
                get(Jobs).free_running()
            self._term = term

    def _step(self) -> bool:
        """One scheduled task and one job, if they are due: neither kind keeps the other waiting."""
        with self._app.app_context():
            scheduled = get(Timetable).run_next(self._alarm.within)
        if self._stopping:
            return False
        with self._app.app_context():
            return get(Jobs).run_due(1, self._alarm.within) > 0 or scheduled


def main() -> None:
    settings = Settings.from_env(os.environ)
    if settings.CELERY_BROKER_URL.get_secret_value():
        sys.exit("CELERY_BROKER_URL is set: background work is done by `celery -A app.celery worker` and `beat`.")
    app, alarm = create_app(settings), Alarm()
    gc.freeze()
    leader, sampler = Leader(app), sampler_of(app, settings)
    watch, scheduler = DatabaseWatch(app, leader), EmbeddedScheduler(app, leader, alarm)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, scheduler.stop)
    app.extensions[KEY].start(warm=False)
    alarm.start()
    leader.start()
    watch.start()
    sampler.start()
    scheduler.run()
    watch.stop()
    leader.stop()
    sampler.stop()
    app.extensions[KEY].stop()


if __name__ == "__main__":
    main()
