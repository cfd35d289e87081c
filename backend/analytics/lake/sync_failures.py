"""Failures of a sync: one kind of error, counted each time, logged once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from backend.analytics.telemetry import Telemetry
from backend.errors import Unavailable
from backend.observing import Observe, unobserved

FAILED = "lake.sync_failed"
logger = logging.getLogger(__name__)


class SyncFailed(Unavailable):
    """The lake could not be brought up to date; it stands where it stood."""

    code = "lake_sync_failed"
    title = "The data is not up to date"


class LandingIsOlder(SyncFailed):
    """The landing table lies behind the lake's watermark: going on would skip events or repeat them."""

    code = "landing_is_older"


class SyncFailures:
    """Logs the first failure of a series, until a sync succeeds; one for a process."""

    def __init__(self) -> None:
        self._logged = False

    @contextmanager
    def reported(self, telemetry: Telemetry) -> Iterator[None]:
        """Any trouble becomes SyncFailed, counted, and logged once."""
        from deltalake.exceptions import DeltaError

        try:
            yield
        except (OSError, DeltaError, SQLAlchemyError, SyncFailed) as error:
            telemetry.count(FAILED)
            self._log(error)
            if isinstance(error, SyncFailed):
                raise
            raise SyncFailed("New data cannot be added right now.") from error
        else:
            self._logged = False

    def _log(self, error: Exception) -> None:
        if not self._logged:
            logger.warning("The lake cannot be brought up to date: %s", str(error).split("\n")[0])
        self._logged = True


@dataclass(frozen=True, slots=True)
class SyncReporting:
    """Who is told how a sync went: StatsD, the log, which hears of a failure once, and monitoring."""

    telemetry: Telemetry
    failures: SyncFailures
    observe: Observe = unobserved
