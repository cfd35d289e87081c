"""Time limits for work in this process's main thread."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from time import monotonic, sleep
from types import FrameType

from backend.jobs.attempt import TimeLimitReached

DEAF_SECONDS = 3.0
logger = logging.getLogger(__name__)


class Alarm:
    """Interrupts work at its limit; ends the whole process when the work does not hear that within three seconds."""

    def __init__(self) -> None:
        self._deadline: float | None = None

    def start(self) -> None:
        """Watch for work that is deaf, such as a call into a library that never returns."""
        Thread(target=self._watch, name="alarm", daemon=True).start()

    @contextmanager
    def within(self, limit: timedelta) -> Iterator[None]:
        previous = signal.signal(signal.SIGALRM, _ring)
        self._deadline = monotonic() + limit.total_seconds() + DEAF_SECONDS
        signal.setitimer(signal.ITIMER_REAL, limit.total_seconds())
        try:
            try:
                yield
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        finally:  # also when the alarm rings in the line above
            self._deadline = None
            signal.signal(signal.SIGALRM, previous)

    def _watch(self) -> None:
        while True:
            sleep(1)
            deadline = self._deadline
            if deadline is not None and monotonic() > deadline:
                logger.critical("work went on after its time limit; this process ends and another one takes over")
                os.kill(os.getpid(), signal.SIGKILL)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise TimeLimitReached
