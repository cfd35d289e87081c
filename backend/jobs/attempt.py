"""Try a piece of background work; the one place where any error is an answer."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

logger = logging.getLogger(__name__)
TimeLimiter = Callable[[timedelta], AbstractContextManager[None]]


class TimeLimitReached(Exception):
    """The work took longer than its kind may."""


@contextmanager
def unlimited(_limit: timedelta) -> Iterator[None]:
    """For processes whose own master watches the time, as Celery's does."""
    yield


def attempt(what: str, work: Callable[[], None]) -> Exception | None:
    """Do the work; the error it raised, if it did. The log has all of it."""
    try:
        work()
    except Exception as error:
        logger.exception("%s failed", what)
        return error
    return None


def kind_and_place(error: Exception) -> str:
    """An error as it may be stored: what kind and where, never its words, which may repeat somebody's data."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} in {frames[-1].name}, line {frames[-1].lineno}" if frames else type(error).__name__
