"""Slots at the lake: how many requests of one process ask it at a time, and how many wait for that."""

from __future__ import annotations

from threading import BoundedSemaphore

PATIENCE = 2.0  # seconds: the slowest page takes about one, so that who waits longer is one of too many


class Slots:
    """One for a process. Each request that asks or waits holds a thread of the server, which others then lack."""

    def __init__(self, number: int, waiting: int, patience: float = PATIENCE) -> None:
        self._free = BoundedSemaphore(number)
        self._waiting = BoundedSemaphore(waiting)
        self._patience = patience

    def acquire(self) -> bool:
        """Whether there was a slot, at once or after a while of waiting; False when too many wait already."""
        if self._free.acquire(blocking=False):
            return True
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._free.acquire(timeout=self._patience)
        finally:
            self._waiting.release()

    def release(self) -> None:
        self._free.release()


class Slot:
    """The slot of one request: taken with its first question that is not remembered, and kept for the others."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._taken = False

    def acquire(self) -> bool:
        self._taken = self._taken or self._slots.acquire()
        return self._taken

    def release(self) -> None:
        """Give the slot back, if there is one; doing so twice does so once."""
        if self._taken:
            self._taken = False
            self._slots.release()
