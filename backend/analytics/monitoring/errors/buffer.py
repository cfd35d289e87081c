"""Errors that one process met and has not written down yet."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy.exc import SQLAlchemyError

from backend.analytics.monitoring.errors.group import ErrorSample, ErrorSource, SeenRequest
from backend.analytics.monitoring.errors.stack import ErrorFacts, facts_of
from backend.clock import Clock

logger = logging.getLogger(__name__)
MOST_KINDS = 200
MOST_ROUTES = 50
MOST_REQUESTS = 5
OTHER_ROUTES = "(other routes)"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where an error happened: its route is a template, never an address."""

    source: ErrorSource
    route: str
    request_id: str = ""
    trace_id: str = ""


@dataclass(slots=True)
class Burst:
    """Errors of one group since the last write."""

    facts: ErrorFacts
    release: str
    first_seen: datetime
    last_seen: datetime
    by_hour: Counter[datetime] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    requests: deque[SeenRequest] = field(default_factory=lambda: deque(maxlen=MOST_REQUESTS))

    @property
    def count(self) -> int:
        return self.by_hour.total()

    def add(self, where: Circumstances, at: datetime) -> None:
        self.first_seen, self.last_seen = min(self.first_seen, at), max(self.last_seen, at)
        self.by_hour[at.replace(minute=0, second=0, microsecond=0)] += 1
        count_route(self.routes, where.route, 1)
        if where.request_id:
            self.requests.append(SeenRequest(where.request_id, where.trace_id, where.route, at))

    def absorb(self, later: Burst) -> None:
        self.first_seen = min(self.first_seen, later.first_seen)
        self.last_seen = max(self.last_seen, later.last_seen)
        self.by_hour.update(later.by_hour)
        for route, count in later.routes.items():
            count_route(self.routes, route, count)
        self.requests.extend(later.requests)


Elsewhere = Callable[[BaseException, ErrorFacts, Circumstances], None]


def nowhere_else(_error: BaseException, _facts: ErrorFacts, _where: Circumstances) -> None:
    """Tells nobody."""


class ErrorBuffer:
    """Counts every error in memory, whatever the rush: what grows is bounded, and the counts stay exact.

    Kinds of errors past the bound are counted as one group until the next write. Any thread may record.
    """

    def __init__(
        self, release: str, now: Clock, is_on: Callable[[], bool], elsewhere: Elsewhere = nowhere_else
    ) -> None:
        """`elsewhere` is told each exception too."""
        self._release = release
        self._now = now
        self._is_on = is_on
        self._elsewhere = elsewhere
        self._lock = Lock()
        self._bursts: dict[str, Burst] = {}

    def record(self, error: BaseException, where: Circumstances) -> None:
        """Note an exception; nothing of it is held on to."""
        if self._is_on():
            facts = facts_of(error, where.source)
            self.add(facts, where)
            self._elsewhere(error, facts, where)

    def add(self, facts: ErrorFacts, where: Circumstances) -> None:
        if self._is_on():
            at = self._now()
            with self._lock:
                self._burst(Burst(facts, self._release, at, at)).add(where, at)

    def write(self, save: Callable[[Sequence[Burst]], None]) -> None:
        """Hand over what waits. If saving fails, it waits on, and the error is raised."""
        with self._lock:
            bursts, self._bursts = self._bursts, {}
        if not bursts:
            return
        saved = False
        try:
            save(list(bursts.values()))
            saved = True
        finally:
            if not saved:
                self._put_back(bursts)

    def _put_back(self, bursts: dict[str, Burst]) -> None:
        with self._lock:
            later, self._bursts = self._bursts, bursts
            for burst in later.values():
                self._burst(Burst(burst.facts, burst.release, burst.first_seen, burst.last_seen)).absorb(burst)

    def _burst(self, new: Burst) -> Burst:
        if new.facts.fingerprint not in self._bursts and len(self._bursts) >= MOST_KINDS:
            new.facts = other_errors(new.facts.source)
        return self._bursts.setdefault(new.facts.fingerprint, new)


class ErrorWriter:
    """Writes what waits. While the database is away it waits on, and the log says so once."""

    def __init__(self, buffer: ErrorBuffer, save: Callable[[Sequence[Burst]], None]) -> None:
        self._buffer = buffer
        self._save = save
        self._is_away = False

    def write(self) -> None:
        try:
            self._buffer.write(self._save)
        except SQLAlchemyError as error:
            if not self._is_away:
                logger.warning("errors wait in memory, since they cannot be written (%s)", type(error).__name__)
            self._is_away = True
        else:
            self._is_away = False


def other_errors(source: ErrorSource) -> ErrorFacts:
    """The group of errors of too many kinds to be kept apart."""
    return ErrorFacts(source, f"other-{source}", "Errors of too many kinds", "", ErrorSample("", ()))


def count_route(routes: Counter[str], route: str, count: int) -> None:
    """Add to a route, or to the other routes once as many as are kept are known."""
    known = route in routes or len(routes) < MOST_ROUTES
    routes[route if known else OTHER_ROUTES] += count
