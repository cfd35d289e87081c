"""The server's last seconds: readiness fails first, so that a load balancer sends no more, and then the server ends."""

from __future__ import annotations

import signal
from mmap import mmap
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter


class Draining:
    """A byte that gunicorn's master writes and its workers, who are its forks, read."""

    def __init__(self) -> None:
        self._byte = mmap(-1, 1)

    def is_on(self) -> bool:
        return self._byte[0] == 1

    def begin_on_term(self, master: Arbiter, seconds: int) -> None:
        """Let the first SIGTERM begin the last seconds, in which all is answered as before; a second one ends at once.

        By itself gunicorn closes its sockets as soon as it hears the signal, while others still send requests to it.
        """

        def end(_number: int, frame: FrameType | None) -> None:
            master.signal(signal.SIGTERM, frame)

        def drain(number: int, frame: FrameType | None) -> None:
            if self.is_on() or not seconds:
                end(number, frame)
                return
            self._byte[0] = 1
            signal.setitimer(signal.ITIMER_REAL, seconds)

        signal.signal(signal.SIGALRM, end)
        signal.signal(signal.SIGTERM, drain)


DRAINING = Draining()  # once for the process: gunicorn reads its configuration again on SIGHUP
