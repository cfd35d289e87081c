"""An error group as it is shown: errors of one type that come from one place in the code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SPARK_HOURS, DETAIL_HOURS = 24, 7 * 24
LONGEST_REASON = 300


class ErrorState(StrEnum):
    """`new` until somebody marks it; `back_again` once it returns after it was resolved, or, after a quiet week, in a
    new release. An ignored group is counted and stays ignored.
    """

    NEW = "new"
    BACK_AGAIN = "back_again"
    KNOWN = "known"
    IGNORED = "ignored"
    RESOLVED = "resolved"


class ErrorSource(StrEnum):
    """What the failing code was doing: answering a request, a job or entry of the schedule, or running in a browser."""

    REQUEST = "request"
    JOB = "job"
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Frame:
    """One call of a stack. `module` is a Python module or the path of a script; `is_own`: it is code of this site."""

    module: str
    function: str
    line: int
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class RouteCount:
    """How often a group's errors came from a route, such as `GET /jobs/<slug>`, `job mail.send` or `schedule ga4`."""

    route: str
    count: int


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request that failed; its id is in the log and in the answer, its trace id in the tracing system."""

    request_id: str
    trace_id: str
    route: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ErrorSample:
    """One error of the group. The message keeps only words of our code; values are masked."""

    message: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """`by_hour`: errors in each of the last hours, the oldest first; `hours_from`: when the first of them begins."""

    id: int
    source: ErrorSource
    type: str
    place: str
    state: ErrorState
    reason: str
    count: int
    first_seen: datetime
    last_seen: datetime
    first_release: str
    last_release: str
    routes: tuple[RouteCount, ...]
    requests: tuple[SeenRequest, ...]
    sample: ErrorSample
    hours_from: datetime
    by_hour: tuple[int, ...]
