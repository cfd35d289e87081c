"""The kinds of jobs, each with its handler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

GRACE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that one process holds, as long as `fence` is the newest."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    unique_key: str | None
    attempts: int
    fence: int


Handler = Callable[[ClaimedJob], object]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A handler leaves the commit to `Jobs`: its rows and the end of the job are then one transaction.

    `forgets`: the payload holds personal data and is deleted when the job is done.
    """

    name: str
    handler: Handler
    attempts: int
    time_limit: timedelta
    forgets: bool = False

    @property
    def lease(self) -> timedelta:
        """Longer than the time limit, so that no second attempt begins while the handler may still be at work."""
        return self.time_limit + GRACE


class NoUse(Exception):
    """Raised by a handler when no attempt can help any more. The job shows the message, so it repeats nobody's data."""


class TryAgain(Exception):
    """Raised by a handler when another attempt may help. The job shows the message, so it repeats nobody's data."""


class UnknownKind(LookupError):
    """No room added a handler for this kind of job."""


class JobKinds:
    """Every kind by name: filled while the app is put together, then frozen."""

    def __init__(self) -> None:
        self._kinds: dict[str, JobKind] = {}
        self._frozen = False

    def add(
        self,
        name: str,
        handler: Handler,
        *,
        attempts: int = 8,
        time_limit: timedelta = timedelta(seconds=60),
        forgets: bool = False,
    ) -> None:
        if self._frozen:
            raise RuntimeError(f"{name} comes too late: kinds of jobs are named while the app is put together")
        if name in self._kinds:
            raise ValueError(f"jobs of kind {name} already have a handler")
        self._kinds[name] = JobKind(name, handler, attempts, time_limit, forgets)

    def freeze(self) -> None:
        self._frozen = True

    def __getitem__(self, name: str) -> JobKind:
        try:
            return self._kinds[name]
        except KeyError:
            raise UnknownKind(f"no room knows how to do jobs of kind {name}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    @property
    def longest_lease(self) -> timedelta:
        return max((kind.lease for kind in self._kinds.values()), default=GRACE)
