"""Delete what its time is over, class of data by class of data."""

from __future__ import annotations

from backend.clock import Clock
from backend.faults import Faults
from backend.personal_data import DataClasses


class Retention:
    def __init__(self, classes: DataClasses, faults: Faults, now: Clock) -> None:
        self._classes = classes
        self._faults = faults
        self._now = now

    def prune(self) -> int:
        """Some at a time, each committed: it may be killed and goes on the next time. How many rows."""
        now, pruned = self._now(), 0
        for data_class in self._classes:
            while data_class.prune and (some := data_class.prune(now)):
                pruned += some
                self._faults.reach("privacy.prune.some")
        return pruned
