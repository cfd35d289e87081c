"""Health of the lake, by its progress row and one look at its folder: nothing of Delta or Arrow is loaded."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.analytics.lake.delta import Lake
from backend.analytics.lake.progress import Progress, ProgressStore
from backend.clock import Clock
from backend.jobs.leases import LEASE, SCHEDULER, Leases
from backend.plugins import Health


class LakeHealth:
    def __init__(self, lake: Lake, session: Session, leases: Leases, allowed: timedelta, now: Clock) -> None:
        self._lake = lake
        self._session = session
        self._leases = leases
        self._allowed = allowed
        self._now = now

    def look(self) -> Health:
        """Healthy is a lake that is there, takes events, and while a scheduler runs is not older than allowed."""
        store = ProgressStore(self._session)
        try:
            last, refused, heartbeat = store.last(), store.is_refused(), self._leases.heartbeat_age(SCHEDULER)
        except SQLAlchemyError as error:
            self._session.rollback()
            return Health(ok=False, reason=f"no answer ({type(error).__name__})", vital=False)
        if refused:
            reason = "refused: the landing table is older than the lake; run `flask lake rebuild`"
            return Health(ok=False, reason=reason, vital=False)
        if last is None:
            return Health(ok=True, reason="nothing synced yet", vital=False)
        if last.watermark and self._is_missing():
            return Health(ok=False, reason="its folder is missing, though events were synced to it", vital=False)
        return self._age_of(last, scheduled=heartbeat is not None and heartbeat <= 2 * LEASE)

    def _age_of(self, last: Progress, *, scheduled: bool) -> Health:
        """Without a scheduler only questions bring the lake up to date, and there may have been none."""
        age = self._now() - last.as_of
        reason = f"as of {max(age.total_seconds(), 0):.0f} s ago"
        late = scheduled and age > self._allowed
        return Health(ok=not late, reason=f"{reason}, though a scheduler runs" if late else reason, vital=False)

    def _is_missing(self) -> bool:
        folder = self._lake.folder
        return folder is not None and not (folder / "events").exists()
