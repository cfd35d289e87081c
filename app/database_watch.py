"""A thread of the process that leads: tells each channel when the database is lost, which no schedule could."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Thread

from flask import Flask
from sqlalchemy import text

from app.leader import NO_DATABASE, Leader
from backend.analytics.monitoring.channels.last_resort import LastResort, Prepared
from backend.analytics.monitoring.channels.lost_database import LostDatabase
from backend.clock import Clock, utc_now
from backend.database import get_db_session, reading
from backend.jobs.attempt import Attempts
from backend.plugins import get

LOOKS_SECONDS, PATIENCE_SECONDS = 5.0, 4.0
PREPARES_EVERY = timedelta(minutes=1)
logger = logging.getLogger(__name__)


class DatabaseWatch:
    """What a leader prepared while the database answered, it still tells when it can no longer know that it leads."""

    def __init__(self, app: Flask, leader: Leader, now: Clock = utc_now, patience: float = PATIENCE_SECONDS) -> None:
        self._app = app
        self._attempts = Attempts()
        self._leader = leader
        self._now = now
        self._patience = patience
        self._lost = LostDatabase()
        self._prepared: Prepared | None = None
        self._prepared_at = now() - PREPARES_EVERY
        self._over: Prepared | None = None
        self._looking: Thread | None = None
        self._has_answered = False
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="database-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(LOOKS_SECONDS):
            self._attempts.attempt("the watch over the database", self.look)

    def look(self) -> None:
        """Look once, and tell what there is to tell."""
        if not self._answers():
            self._lost.did_not_answer(self._now())
            return
        try:
            with self._app.app_context():
                self._over = self._lost.answered(self._now(), self._fresh()) or self._over
                if self._over is not None:
                    get(LastResort).close(self._over)
                    self._over = None
        except NO_DATABASE as error:
            logger.warning("the database was lost again (%s)", type(error).__name__)

    def _fresh(self) -> Prepared | None:
        """Prepared anew each minute and when somebody else is to be told, by the process that leads."""
        if self._leader.fence is None:
            self._prepared = None
        elif not self._lost.is_open:
            last_resort, age = get(LastResort), self._now() - self._prepared_at
            if age >= PREPARES_EVERY or last_resort.has_changed(self._prepared):
                self._prepared, self._prepared_at = last_resort.prepare(), self._now()
        return self._prepared

    def _answers(self) -> bool:
        """Whether the database answers in time. A look that hangs, also when this process ends, is left alone."""
        if self._looking is None:
            self._has_answered = False
            self._looking = Thread(target=self._ask, name="database-look", daemon=True)
            self._looking.start()
        self._looking.join(self._patience)
        if self._looking.is_alive():
            return False
        self._looking = None
        return self._has_answered

    def _ask(self) -> None:
        try:
            with self._app.app_context(), reading():
                get_db_session().execute(text("SELECT version_num FROM alembic_version"))
        except NO_DATABASE:
            return
        self._has_answered = True
