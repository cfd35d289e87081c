"""What every process knows of experiments, flags, and holdouts: a copy, looked at again in the request each second."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from backend.analytics.experiments.definition import Experiment, ExperimentStatus, TestType
from backend.analytics.experiments.kill_file import (
    EVERYTHING,
    KillFile,
    in_effect,
    switch_of_flag,
    switch_of_test,
)
from backend.analytics.experiments.placing import HoldoutRule
from backend.plugins import Health

logger = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
OLDEST_SECONDS = 1.5  # of a copy with which requests go on while one of them looks
PATIENCE_SECONDS = 0.5  # for that one, if the copy is older: a process may have been idle for minutes
IN_EFFECT = frozenset({ExperimentStatus.RUNNING})
UNANSWERED = "The database does not answer: experiments and flags stay as they were {:.0f} seconds ago."
UNKNOWN = "The database has not answered since this process began: no experiment and no flag is known."


@dataclass(frozen=True, slots=True)
class FeatureDocument:
    """A flag as the evaluator reads it: `definition` holds `defaultValue` and `rules`."""

    key: str
    definition: Mapping[str, Any]
    is_public: bool = False
    is_killed: bool = False

    @property
    def document(self) -> Mapping[str, Any]:
        """A killed flag has its default value, whatever its rules say."""
        if not self.is_killed:
            return self.definition
        return {"defaultValue": self.definition.get("defaultValue")}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The configuration at one version. `killed` are the switches of this host's file.

    `changed_at`: when it came to be. `is_stale`: the database did not answer the last look.
    """

    version: int
    experiments: tuple[Experiment, ...] = ()
    flags: Mapping[str, FeatureDocument] = field(default_factory=dict)
    holdouts: tuple[HoldoutRule, ...] = ()
    is_stale: bool = False
    killed: frozenset[str] = frozenset()
    changed_at: datetime | None = None

    def experiment(self, test_id: str) -> Experiment | None:
        return next((experiment for experiment in self.experiments if experiment.test_id == test_id), None)

    def of_type(self, family: TestType, forced: Collection[str] = ()) -> Experiment | None:
        """The experiment of a family that pages obey: forced by its id, running, or shipped; of several the oldest."""
        obeyed = [
            (experiment.test_id not in forced, experiment.created_at, experiment.test_id, experiment)
            for experiment in self.experiments
            if experiment.config.type is family
            and (experiment.test_id in forced or experiment.status in IN_EFFECT or experiment.shipped)
        ]
        return min(obeyed)[-1] if obeyed else None

    def is_killed(self, test_id: str) -> bool:
        return bool(self.killed) and not self.killed.isdisjoint({EVERYTHING, switch_of_test(test_id)})

    def under(self, killed: frozenset[str]) -> Snapshot:
        """The same, with the switches of the file."""
        flags = {
            key: replace(flag, is_killed=True) if not killed.isdisjoint({EVERYTHING, switch_of_flag(key)}) else flag
            for key, flag in self.flags.items()
        }
        return replace(self, flags=flags, killed=killed)


class ConfigurationSource(Protocol):
    """The database, in a transaction of its own."""

    def version(self) -> int:
        """The number that grows with every change. Raises SQLAlchemyError."""

    def load(self) -> Snapshot:
        """All of it. Raises SQLAlchemyError."""


class Configuration:
    """Shared by the threads of a process. One of them looks, and the others go on with a copy that is not too old."""

    def __init__(self, source: ConfigurationSource, kills: KillFile, clock: Callable[[], float] = monotonic) -> None:
        self._source = source
        self._kill_file = kills
        self._clock = clock
        self._lock = Lock()
        self._read: Snapshot | None = None
        self._shown = Snapshot(version=-1)
        self._looked_at = self._answered_at = float("-inf")

    def current(self) -> Snapshot:
        """The configuration, at most a second old while the database answers; else the last one, never a default."""
        age = self._clock() - self._looked_at
        if age >= LOOK_SECONDS and self._lock.acquire(timeout=PATIENCE_SECONDS if age > OLDEST_SECONDS else 0):
            try:
                self._look()
            finally:
                self._lock.release()
        read, killed = self._read or Snapshot(version=-1, is_stale=True), self._kill_file.switches()
        if not killed or not (killed := in_effect(killed, read.version)):
            return read
        shown = self._shown
        if shown.killed != killed or shown.version != read.version or shown.is_stale != read.is_stale:
            shown = self._shown = read.under(killed)
        return shown

    def health(self) -> Health:
        """OK while the database answers; looks, like a request."""
        if not self.current().is_stale:
            return Health(ok=True, vital=False)
        if self._read is None:
            return Health(ok=False, reason=UNKNOWN, vital=False)
        return Health(ok=False, reason=UNANSWERED.format(self._clock() - self._answered_at), vital=False)

    def _look(self) -> None:
        """Whoever waited for the lock may find that another thread has looked meanwhile."""
        began = self._clock()
        if began - self._looked_at < LOOK_SECONDS:
            return
        try:
            if self._read is None or self._source.version() != self._read.version:
                self._read = self._source.load()
            elif self._read.is_stale:
                self._read = replace(self._read, is_stale=False)
            self._answered_at = self._looked_at = began
        except SQLAlchemyError as error:
            if self._read is not None and not self._read.is_stale:
                logger.warning("experiments and flags stay as they were: %s", type(error).__name__)
                self._read = replace(self._read, is_stale=True)
            self._looked_at = self._clock()
