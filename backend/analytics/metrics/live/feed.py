"""The live view as a stream: one look at the lake for all subscribers, whose number is limited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from time import monotonic, sleep

from backend.analytics.metrics.live.service import LiveState
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.errors import Unavailable

TICK, QUIET = 1.0, 15.0


class TooManySubscribers(Unavailable):
    """Each subscriber holds a thread of the server; the others ask now and then."""

    code = "too_many_streams"
    title = "Too many live pages are open"


@dataclass(frozen=True, slots=True)
class SubscriberLimits:
    """How many subscribers one process has at most, and for how many seconds before they have to come again."""

    number: int
    seconds: int


class Subscription:
    """One of a limited number of subscriptions. Ending it twice ends it once."""

    def __init__(self, available: BoundedSemaphore) -> None:
        self._available: BoundedSemaphore | None = available

    def end(self) -> None:
        available, self._available = self._available, None
        if available is not None:
            available.release()


class LiveFeed:
    """One for a process. Knows no visitor and no subscriber: whatever process one comes back to, it goes on there."""

    def __init__(self, look: Callable[[], LiveState], limits: SubscriberLimits, is_ending: Callable[[], bool]) -> None:
        self._look = look
        self._limits = limits
        self._is_ending = is_ending
        self._available = BoundedSemaphore(limits.number) if limits.number else None
        self._lock = Lock()
        self._latest: tuple[float, LiveState] | None = None

    def latest(self) -> LiveState:
        """At most a second old; whoever asks during a look gets its result."""
        with self._lock:
            if self._latest is None or monotonic() - self._latest[0] >= TICK:
                self._latest = (monotonic(), self._look())
            return self._latest[1]

    def subscribe(self) -> Subscription:
        """Raises TooManySubscribers."""
        if self._available is None or not self._available.acquire(blocking=False):
            raise TooManySubscribers("Request GET /api/analytics/live every few seconds instead.")
        return Subscription(self._available)

    def updates(self, last_key: str, may_go_on: Callable[[], bool]) -> Iterator[LiveState | None]:
        """The states after the one of `last_key`, as they come; None now and then where nothing is new.

        Ends when the time is up, the process ends, the lake cannot be asked, or the subscriber's access is over.
        """
        until, sent_at = monotonic() + self._limits.seconds, monotonic()
        while True:
            try:
                live = self.latest()
            except WarehouseUnavailable:
                return
            if live.key != last_key:
                yield live
                last_key, sent_at = live.key, monotonic()
            elif monotonic() - sent_at >= QUIET:
                yield None
                sent_at = monotonic()
            if monotonic() >= until or self._is_ending():
                return
            sleep(min(TICK, max(0.0, until - monotonic())))
            if not may_go_on():
                return
