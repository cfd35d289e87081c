"""A sign of life to a service elsewhere, which calls for help when the signs stop."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from backend.clock import Clock
from backend.jobs.models import ScheduledTask
from backend.outbound.client import Outbound, OutboundFailed

EVALUATION = "alerts.evaluate"
FRESH = timedelta(minutes=2)


class DeadMan:
    """`url` is empty where no service waits for signs."""

    def __init__(self, session: Session, outbound: Outbound, url: str, now: Clock) -> None:
        self._session = session
        self._outbound = outbound
        self._url = url
        self._now = now

    def signal(self) -> bool:
        """Call the service if alerts are being evaluated; whether it was called. Raises OutboundFailed."""
        is_alive = bool(self._url) and self._alerts_are_evaluated()
        self._session.rollback()  # no transaction is open while the service answers
        if not is_alive:
            return False
        answer = self._outbound.post(self._url, b"", {}, "dead_man")
        if not 200 <= answer.status < 300:
            raise OutboundFailed(f"HTTP {answer.status}")
        return True

    def _alerts_are_evaluated(self) -> bool:
        """Whether the last evaluation ended well, lately."""
        task = self._session.get(ScheduledTask, EVALUATION, populate_existing=True)
        if task is None or task.last_finished_at is None or task.failures:
            return False
        return timedelta(0) <= self._now() - task.last_finished_at <= FRESH
