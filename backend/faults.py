"""Points in the code at which a test can kill the process, as a power cut would."""

from __future__ import annotations

import os
import signal


class Faults:
    """Kills this process at the point that the setting FAULT_POINT names; without the setting it does nothing."""

    def __init__(self, point: str = "") -> None:
        self._point = point

    def reach(self, point: str) -> None:
        if point == self._point:
            os.kill(os.getpid(), signal.SIGKILL)
