"""The landing table on SQLite: one writer at a time among all processes, in the order they came."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from operator import itemgetter

from sqlalchemy import Engine

from backend.analytics.events.landing.connection import WriterConnection
from backend.analytics.events.landing.group import NOT_STORED, RowsRefused
from backend.analytics.events.landing.rows import OWN, SHARED, Rows
from backend.errors import Unavailable

# Rows in one statement: 1024, 512, … 1. The driver lets go of the interpreter at each statement, and among busy threads
# has it back only after a turn of theirs: few statements keep the time short in which other processes are locked out.
SIZES = tuple(2**power for power in range(10, -1, -1))
# Of requests that came together so many rows go in one statement.
FEW = 32


def _statement(values: list[str]) -> str:
    return (
        f"INSERT INTO analytics_events ({', '.join((*SHARED, *OWN))}) VALUES {', '.join(values)} "  # noqa: S608
        "ON CONFLICT (event_id) DO NOTHING"
    )


def _of_one_request(rows: int) -> str:
    """Shared columns are bound once, as the first parameters."""
    shared = [f"?{n}" for n in range(1, len(SHARED) + 1)]
    return _statement([f"({', '.join([*shared, *'?' * len(OWN)])})"] * rows)


@cache
def _of_many_requests(rows: int) -> str:
    return _statement([f"({', '.join('?' * len((*SHARED, *OWN)))})"] * rows)


INSERT = {size: _of_one_request(size) for size in SIZES}
# 32 MB: the pages of a commit whose ids are random do not fit into the default of 2, and
# were written several times over.
CACHE = "PRAGMA cache_size = -32000"
LAST_ID = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'analytics_events'"
NEW = "SELECT event_id FROM analytics_events WHERE id > ?"


class SqliteWriter:
    """Processes queue at a lock beside the database: SQLite's own way of waiting is to sleep and try again."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._connection = WriterConnection(engine, lambda driver: driver.execute(CACHE))

    @contextmanager
    def turn(self) -> Iterator[None]:
        queue = self._await_turn()
        try:
            yield
        finally:
            os.close(queue)

    def insert(self, batches: Sequence[Rows]) -> Collection[bytes]:
        duplicates = None
        try:
            duplicates = _insert(self._connection.get(), batches)
        except sqlite3.OperationalError as error:
            raise Unavailable(NOT_STORED) from error
        except sqlite3.Error as error:
            raise RowsRefused(str(error)) from error
        finally:
            if duplicates is None:  # whatever went wrong: a transaction left open would lock all others out
                self._connection.close()
        return duplicates

    def close(self) -> None:
        self._connection.close()

    def _await_turn(self) -> int:
        try:
            queue = os.open(f"{self._engine().url.database}-landing", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(queue, fcntl.LOCK_EX)
        except OSError as error:
            raise Unavailable(NOT_STORED) from error
        return queue


def _insert(connection: sqlite3.Connection, batches: Sequence[Rows]) -> Collection[bytes]:
    connection.execute("BEGIN IMMEDIATE")
    [last] = connection.execute(LAST_ID).fetchone()
    duplicates: Collection[bytes] = ()
    sent = sum(len(rows.own) for rows in batches)
    insert = _insert_few if len(batches) > 1 and sent <= FEW else _insert_many
    if insert(connection, batches) < sent:
        new = {event_id for [event_id] in connection.execute(NEW, (last,))}
        duplicates = {key for rows in batches for key in rows.own if key not in new}
    connection.execute("COMMIT")
    return duplicates


def _insert_few(connection: sqlite3.Connection, batches: Sequence[Rows]) -> int:
    rows = [(*batch.shared, *row) for batch in batches for row in batch.own.values()]
    return connection.execute(_of_many_requests(len(rows)), [*chain.from_iterable(rows)]).rowcount if rows else 0


def _insert_many(connection: sqlite3.Connection, batches: Sequence[Rows]) -> int:
    return sum(insert_rows(connection, rows) for rows in batches)


def insert_rows(connection: sqlite3.Connection, rows: Rows) -> int:
    """Inserts in the order of ids, which keeps to few pages of the index; returns how many were new."""
    ordered, start, new = sorted(rows.own.values(), key=itemgetter(0)), 0, 0
    for size in SIZES:
        while start + size <= len(ordered):
            values = (*rows.shared, *chain.from_iterable(ordered[start : start + size]))
            new += connection.execute(INSERT[size], values).rowcount
            start += size
    return new
