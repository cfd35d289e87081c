from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO

PAUSE = 0.02


class Lock:
    """A lock of this machine for one thread or process; it ends with its holder, however that ends."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Take the lock unless another has it; says whether it was taken. Never waits."""
        with self._path.open("a") as file:
            yield _taken(file)

    def taken_within(self, seconds: float) -> Callable[[], None]:
        """Wait so long for another who has it, then go on with it or without; to be called when it is to end."""
        file = self._path.open("a")
        until = monotonic() + seconds
        while not _taken(file) and monotonic() < until:
            sleep(PAUSE)
        return file.close


class Turns:
    """Many write at once, or one sweeps while none writes; a turn ends with its thread or process, however that ends.

    The file lies in the folder that is written, so that all who write there meet at it. Turns are not to be nested.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    @contextmanager
    def nobody_writing(self, seconds: float) -> Iterator[bool]:
        """Wait so long for writers to end; says whether they did. None begins before the block is over."""
        with self._path.open("a") as file:
            for _ in range(int(seconds / PAUSE)):
                if _taken(file):
                    yield True
                    return
                sleep(PAUSE)
            yield _taken(file)


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
