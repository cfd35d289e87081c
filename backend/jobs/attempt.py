"""An attempt at background work: the one place that catches every exception."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

from backend.observing import Observe, observed, unobserved

logger = logging.getLogger(__name__)
Failed = Callable[[str, Exception], None]  # what was done, such as "job mail.send", and how it failed
Traced = Callable[[str], AbstractContextManager[Callable[[str], None]]]  # yields what is told the type of an error
TimeLimiter = Callable[[timedelta], AbstractContextManager[None]]


class TimeLimitReached(Exception):
    """The work took longer than the time limit of its kind."""


@contextmanager
def unlimited(_limit: timedelta) -> Iterator[None]:
    """No time limit, for processes whose master enforces it, as Celery's does."""
    yield


@contextmanager
def untraced(_name: str) -> Iterator[Callable[[str], None]]:
    """No trace."""
    yield lambda _kind: None


def unreported(_what: str, _error: Exception) -> None:
    """The log tells of it, and nothing else."""


class Attempts:
    """Does work and reports how long it took, and how it failed."""

    def __init__(self, failed: Failed = unreported, observe: Observe = unobserved, traced: Traced = untraced) -> None:
        self._failed = failed
        self._observe = observe
        self._traced = traced

    def attempt(self, what: str, work: Callable[[], object], name: str = "", group: str = "") -> Exception | None:
        """Do the work and return the error it raised, if any; the log has its traceback.

        `name`: under which its time is kept; `group`: what its errors are grouped under, where `what` has a number.
        """
        with self._traced(group or what) as fail:
            try:
                with observed(self._observe, name or what):
                    work()
            except Exception as error:
                logger.exception("%s failed", what)
                fail(type(error).__qualname__)
                self._failed(group or what, error)
                return error
        return None


def kind_and_place(error: Exception) -> str:
    """The type and place of an error, fit to be stored; its message may repeat somebody's data and is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} in {frames[-1].name}, line {frames[-1].lineno}" if frames else type(error).__name__
