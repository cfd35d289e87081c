"""Group commit: requests received together share one transaction, and each is answered after its own commit."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from typing import Protocol

from backend.analytics.events.landing.rows import Rows
from backend.errors import Unavailable

logger = logging.getLogger(__name__)
NOT_STORED = "The events may not have been stored. Send them again with the same ids."


class RowsRefused(Exception):
    """The database answers, and refuses one of these rows."""


class LandingWriter(Protocol):
    """This process's one writing connection to the landing table."""

    def turn(self) -> AbstractContextManager[None]:
        """Wait until this process may write."""

    def insert(self, batches: Sequence[Rows]) -> Collection[bytes]:
        """Store the rows whose ids are new and name the others; durable when this returns, nothing stored when it
        raises `RowsRefused` or `Unavailable`. No id is in two batches."""

    def close(self) -> None: ...


class Deposit:
    """The rows of one request, and their outcome."""

    __slots__ = ("_settled", "duplicates", "failure", "leads", "rows")

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.duplicates: set[bytes] = set()
        self.failure: Exception | None = Unavailable(NOT_STORED)
        self.leads = False
        self._settled = Lock()
        self._settled.acquire()

    def wait(self) -> None:
        self._settled.acquire()

    def wake(self) -> None:
        self._settled.release()


class GroupCommit:
    """The first request leads: it commits everything that waits, and hands the lead on to the first that came since.

    No thread of its own: nothing to start or stop, nothing to lose in a fork, and no hand-over when there is no crowd.
    """

    def __init__(self, writer: LandingWriter, limit: int) -> None:
        self._writer = writer
        self._limit = limit
        self._lock = Lock()
        self._queue: list[Deposit] = []
        self._waiting = 0
        self._led = False

    def commit(self, rows: Rows) -> Collection[bytes]:
        """Store these rows durably; returns the ids that were stored before."""
        deposit = Deposit(rows)
        if not self._enter(deposit):
            deposit.wait()
        if deposit.leads:
            self._lead()
        if deposit.failure is not None:
            raise deposit.failure
        return deposit.duplicates

    def _enter(self, deposit: Deposit) -> bool:
        """Queues a deposit; true if its request has to lead."""
        with self._lock:
            if self._waiting and self._waiting + len(deposit.rows.own) > self._limit:
                raise Unavailable("Too many events are waiting to be stored. Send these again.")
            self._waiting += len(deposit.rows.own)
            self._queue.append(deposit)
            deposit.leads, self._led = not self._led, True
            return deposit.leads

    def _lead(self) -> None:
        group: list[Deposit] = []
        try:
            with self._writer.turn():
                group = self._take()
                self._store(group)
        except Unavailable as failure:
            group = group or self._take()
            _refuse(group, failure)
        finally:
            self._settle(group or self._take())

    def _take(self) -> list[Deposit]:
        with self._lock:
            group, self._queue = self._queue, []
            return group

    def _store(self, group: Sequence[Deposit]) -> None:
        """Stores all in one transaction; if that is refused, each alone, so that no request fails for another."""
        try:
            duplicates = self._writer.insert(_distinct(group))
        except Unavailable as failure:
            _refuse(group, failure)
        except RowsRefused as failure:
            _fail(group, failure)
            if len(group) > 1:
                for deposit in group:
                    self._store([deposit])
        else:
            for deposit in group:
                deposit.duplicates.update(key for key in duplicates if key in deposit.rows.own)
                deposit.failure = None

    def _settle(self, group: Sequence[Deposit]) -> None:
        """Hands the lead to the first request that came meanwhile, then wakes all of this group."""
        with self._lock:
            self._waiting -= sum(len(deposit.rows.own) for deposit in group)
            successor = self._queue[0] if self._queue else None
            self._led = successor is not None
        if successor is not None:
            successor.leads = True
            successor.wake()
        for deposit in group:
            deposit.wake()


def _refuse(group: Sequence[Deposit], failure: Unavailable) -> None:
    logger.error("%d event requests were refused: %s", len(group), type(failure.__cause__).__name__)
    _fail(group, failure)


def _fail(group: Sequence[Deposit], failure: Exception) -> None:
    for deposit in group:
        deposit.failure = failure


def _distinct(group: Sequence[Deposit]) -> list[Rows]:
    """The rows with each id once: it belongs to the earlier of two requests, and is a duplicate in the later."""
    earlier: set[bytes] = set()
    for deposit in group:
        deposit.duplicates = earlier & deposit.rows.own.keys()
        if len(group) > 1:
            earlier.update(deposit.rows.own)
    return [deposit.rows.without(deposit.duplicates) for deposit in group]
