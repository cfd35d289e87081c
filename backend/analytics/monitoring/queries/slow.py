"""The slow statements of this process that are not written down yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from backend.analytics.monitoring.queries.fingerprints import Fingerprint
from backend.clock import Clock

LIMIT_SECONDS = 1.0  # what is recorded as slow, and where the shipped rule about queries opens
MOST_STATEMENTS = 200


@dataclass(frozen=True, slots=True)
class Slowness:
    """How often a statement was slow, how long the longest took, and where the last one was asked; values never."""

    query: Fingerprint
    dialect: str
    count: int
    maximum: float
    last_at: datetime
    route: str
    rows: int | None

    def followed_by(self, later: Slowness) -> Slowness:
        longest = max(self.maximum, later.maximum)
        rows = self.rows if later.rows is None else later.rows
        return Slowness(self.query, self.dialect, self.count + later.count, longest, later.last_at, later.route, rows)


class SlowBuffer:
    """Gathers by statement, so that a minute in which all is slow holds no more than a quiet one.

    `limit_seconds`: from which on a query is slow.
    """

    def __init__(self, now: Clock, limit_seconds: float = LIMIT_SECONDS) -> None:
        self.limit_seconds = limit_seconds
        self._now = now
        self._waiting: dict[str, Slowness] = {}
        self._lock = Lock()

    def note(self, query: Fingerprint, dialect: str, seconds: float, rows: int, route: str) -> None:
        noted = Slowness(query, dialect, 1, seconds, self._now(), route, rows if rows >= 0 else None)
        with self._lock:
            before = self._waiting.get(query.name)
            if before is not None:
                self._waiting[query.name] = before.followed_by(noted)
            elif len(self._waiting) < MOST_STATEMENTS:
                self._waiting[query.name] = noted

    def forget(self) -> None:
        """Begin empty, after a fork: what the parent found slow it writes down itself."""
        self.drain()

    def drain(self) -> Mapping[str, Slowness]:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        return waiting
