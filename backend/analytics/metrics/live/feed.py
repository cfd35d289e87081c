"""The live view as something that goes on: looked at once for all who watch, by no more of them than may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from time import monotonic, sleep

from backend.analytics.metrics.live.service import Live
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.errors import Unavailable

TICK, QUIET = 1.0, 15.0


class TooManyWatch(Unavailable):
    """Each one who watches holds a thread of the server; the others ask now and then."""

    code = "too_many_streams"
    title = "Too many live views are open"


@dataclass(frozen=True, slots=True)
class Watching:
    """How many may watch in one process, and for how many seconds before they have to come again."""

    most: int
    seconds: int


class Seat:
    """The right to watch, until it is given back: once, however often that is said."""

    def __init__(self, seats: BoundedSemaphore) -> None:
        self._seats: BoundedSemaphore | None = seats

    def give_back(self) -> None:
        seats, self._seats = self._seats, None
        if seats is not None:
            seats.release()


class LiveFeed:
    """One for a process. Knows no visitor and no viewer: whatever process a viewer comes back to, it goes on there."""

    def __init__(self, look: Callable[[], Live], watching: Watching, is_ending: Callable[[], bool]) -> None:
        self._look = look
        self._watching = watching
        self._is_ending = is_ending
        self._seats = BoundedSemaphore(watching.most) if watching.most else None
        self._lock = Lock()
        self._seen: tuple[float, Live] | None = None

    def latest(self) -> Live:
        """At most a second old; whoever asks while somebody looks gets what that one sees."""
        with self._lock:
            if self._seen is None or monotonic() - self._seen[0] >= TICK:
                self._seen = (monotonic(), self._look())
            return self._seen[1]

    def seat(self) -> Seat:
        """Raises TooManyWatch."""
        if self._seats is None or not self._seats.acquire(blocking=False):
            raise TooManyWatch("Ask GET /api/analytics/live now and then instead.")
        return Seat(self._seats)

    def watch(self, seen: str, may_go_on: Callable[[], bool]) -> Iterator[Live | None]:
        """What is new to somebody who saw the state of this key last; None now and then where nothing is.

        Ends when the time is up, the process ends, the lake cannot be asked, or the viewer may not see it any more.
        """
        until, told = monotonic() + self._watching.seconds, monotonic()
        while True:
            try:
                live = self.latest()
            except WarehouseUnavailable:
                return
            if live.key != seen:
                yield live
                seen, told = live.key, monotonic()
            elif monotonic() - told >= QUIET:
                yield None
                told = monotonic()
            if monotonic() >= until or self._is_ending():
                return
            sleep(min(TICK, max(0.0, until - monotonic())))
            if not may_go_on():
                return
