"""What one process measured and has not yet written down."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from enum import StrEnum
from time import time
from typing import NamedTuple

MOST_WAITING = 200_000
NEW = tuple.__new__  # half the time of `Reading(...)`


class Family(StrEnum):
    """What is measured. Times are in seconds."""

    __hash__ = str.__hash__  # each measurement is hashed, and the hash of an enum is a call of Python

    REQUEST = "request"  # name: "GET /jobs/<slug>", outcome: 2xx, 3xx, 4xx, 5xx
    REQUEST_BYTES = "request_bytes"  # bytes of the response; the same names and outcomes
    QUEUE = "queue"  # how long a request waited for the server; name: "requests"
    QUERY = "query"  # name: the fingerprint, outcome: ok, failed
    JOB = "job"  # name: the kind of job or the entry of the schedule
    EMAIL = "email"  # name: the letter
    PAYMENT = "payment"  # name: the provider; a declined card is ok
    OUTBOUND = "outbound"  # name: what for, such as "slack", "ga4"
    LAKE = "lake"  # name: "sync", "question"
    CACHE = "cache"  # outcome: hit, miss; value 0
    SIGN_IN = "sign_in"  # time for passwords
    CALCULATOR_LOAD = "calculator_load"  # `track_calculator_load_time()` and the LCP of the calculator's pages
    STEP = "step"  # time a visitor took for a step; name: "<step> <device>"
    VITAL = "web_vital"  # name: "LCP /jobs/<slug> phone"; seconds, CLS without unit
    ALERT = "alert"  # from a change of an alert to its delivery; name: the kind of channel
    HOST = "host"  # gauges of the sampler; name: "cpu_percent"; outcome: the host
    BUSINESS = "business"  # gauges of the last 24 hours, each minute; name: a measure of the catalogue
    FLUSH = "flush"  # time to write down what a process measured; there while monitoring is on; name: "write"


class Reading(NamedTuple):
    """One measurement. `at`: seconds since the epoch."""

    family: Family
    name: str
    outcome: str
    value: float
    at: float


class Readings:
    """The readings of this process. To record is an append, and nothing while monitoring is off; any thread may."""

    def __init__(self) -> None:
        self.is_on = True
        self._waiting: deque[Reading] = deque(maxlen=MOST_WAITING)

    def record(self, family: Family, name: str, value: float, outcome: str = "ok") -> None:
        """Note one measurement."""
        if self.is_on:
            self._waiting.append(NEW(Reading, (family, name, outcome, value, time())))

    def drain(self) -> Sequence[Reading]:
        """Take what waits."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]
