"""Retention: rows older than their class of data allows are deleted."""

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
        """Delete expired rows in batches, each committed, so that a killed run goes on next time; how many rows."""
        now, pruned = self._now(), 0
        for data_class in self._classes:
            while data_class.prune and (deleted := data_class.prune(now)):
                pruned += deleted
                self._faults.reach("privacy.prune.some")
        return pruned
