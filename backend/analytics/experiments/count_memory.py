"""Counts that took long stand for a while, so that watching a large experiment never keeps the server busy."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.analytics.experiments.counting import Counted, CountQuery

LONG = 1.0  # seconds: what was counted sooner is counted anew
STANDS = 60  # times as long as it took
REMEMBERED = 64
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class KnownCount:
    """What was counted, and until when it stands, by the monotonic clock."""

    counted: Counted
    until: float


class CountMemory:
    """Of tests that run, one of a process: their `as_of` says how old a count is. A lake asked anew answers itself."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[Key, KnownCount] = OrderedDict()
        self._lock = Lock()

    def get(self, query: CountQuery, count: Callable[[], Counted]) -> Counted:
        key = (query.experiment.test_id, query.experiment.phase, query.shape, query.start, query.timezone)
        began = self._clock()
        with self._lock:
            known = self._known.get(key)
        if known is not None and began < known.until:
            return known.counted
        counted = count()
        took = self._clock() - began
        with self._lock:
            self._known.pop(key, None)
            if took >= LONG:
                self._known[key] = KnownCount(counted, self._clock() + STANDS * took)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return counted
