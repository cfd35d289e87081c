from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from backend.analytics.lake.progress import Progress, ProgressStore
from backend.analytics.lake.sync import Synced
from backend.analytics.lake.sync_failures import SyncFailed
from backend.clock import Clock


class Freshness:
    """Syncs before a question where the lake is older than allowed; one for a process."""

    def __init__(
        self, sync: Callable[[], Synced | None], sessions: Callable[[], Session], allowed: timedelta, now: Clock
    ) -> None:
        self._sync = sync
        self._sessions = sessions
        self._allowed = allowed
        self._now = now
        self._tried_at: datetime | None = None
        self._lock = Lock()

    def ensure(self, allowed: timedelta | None = None) -> datetime | None:
        """Everything acknowledged before the returned instant is in the lake; None if it was never synced.

        Syncs here if that is longer ago than allowed (zero: always), unless another process is at it, or it was tried a
        moment ago and did not help: then questions are answered from what there is.
        """
        allowed = self._allowed if allowed is None else allowed
        last = self._last()
        if (last and self._is_within(last.as_of, allowed)) or not self._lock.acquire(blocking=not allowed):
            return last.as_of if last else None
        try:
            synced = None if self._tried_lately(allowed) else self._try()
        finally:
            self._lock.release()
        last = synced.progress if synced else self._last()
        return last.as_of if last else None

    def _try(self) -> Synced | None:
        self._tried_at = self._now()
        try:
            return self._sync()
        except SyncFailed:
            return None

    def _last(self) -> Progress | None:
        with self._sessions() as session:
            session.connection(execution_options={"reads_only": True})
            return ProgressStore(session).last()

    def _tried_lately(self, allowed: timedelta) -> bool:
        return self._tried_at is not None and self._is_within(self._tried_at, allowed)

    def _is_within(self, instant: datetime, allowed: timedelta) -> bool:
        """A clock that was set back makes nothing fresh."""
        return timedelta(0) <= self._now() - instant < allowed
