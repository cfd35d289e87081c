"""Work that may hang: done in threads of its own, which are left behind when its time is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import BoundedSemaphore, Event, Thread
from time import monotonic

MOST_THREADS = 24


class Deadline:
    """A moment that comes in so many seconds, by a steady clock."""

    def __init__(self, seconds: float) -> None:
        self._at = monotonic() + seconds

    @property
    def left(self) -> float:
        return max(self._at - monotonic(), 0.0)

    def half(self) -> Deadline:
        """The moment half way to this one."""
        return Deadline(self.left / 2)


class DeadlineThreads:
    """At most so many at a time, those that hang included: what hangs for long cannot take all memory."""

    def __init__(self, most: int = MOST_THREADS) -> None:
        self._free = BoundedSemaphore(most)

    def run(self, deeds: Sequence[Callable[[], None]], deadline: Deadline) -> None:
        """Do all of them at the same time, and return when they have ended or at the deadline."""
        ends = [self._begin(deed) for deed in deeds if self._free.acquire(timeout=deadline.left)]
        for end in ends:
            end.wait(deadline.left)

    def _begin(self, deed: Callable[[], None]) -> Event:
        end = Event()

        def work() -> None:
            try:
                deed()
            finally:
                self._free.release()
                end.set()

        Thread(target=work, name="deadline", daemon=True).start()
        return end
