"""One process of all leads: the embedded scheduler and Celery beat both ask here."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from threading import Event, Thread
from time import monotonic

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from backend.jobs.leases import SCHEDULER, Leases
from backend.plugins import get

ASKING_SECONDS = 1.0
NO_DATABASE = (SQLAlchemyError, OSError)  # OSError: no file descriptor is left to wait for PostgreSQL with
logger = logging.getLogger(__name__)


class Leader:
    """Keeps asking for the lease from a thread of its own, so that it is renewed during long work."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._holder = f"{socket.gethostname()[:60]} {os.getpid()} {secrets.token_hex(4)}"
        self._fence = 0
        self._until = 0.0
        self._renewed_every = ASKING_SECONDS
        self._complained = False
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="leader", daemon=True)

    @property
    def fence(self) -> int | None:
        """This term's number, while this process leads: by its own steady clock, never for longer than the lease."""
        return self._fence if monotonic() < self._until else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Give the lease back: the next one leads at once."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        self._ask()
        while not self._stopping.wait(ASKING_SECONDS if self.fence is None else self._renewed_every):
            self._ask()
        self._until = 0.0
        self._give_back()

    def _ask(self) -> None:
        asked_at = monotonic()
        try:
            with self._app.app_context():
                leases = get(Leases)
                fence, lease = leases.hold(SCHEDULER, self._holder), leases.lease.total_seconds()
        except NO_DATABASE as error:
            if not self._complained:
                logger.warning("background work waits for the database (%s)", type(error).__name__)
            self._complained = True
            return
        self._complained = False
        self._renewed_every = lease / 3
        self._fence, self._until = fence or 0, 0.0 if fence is None else asked_at + lease

    def _give_back(self) -> None:
        try:
            with self._app.app_context():
                get(Leases).release(SCHEDULER, self._holder)
        except NO_DATABASE:
            logger.warning("the lease could not be given back; it runs out by itself")
