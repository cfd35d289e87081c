"""The operational database: one session a request, engines tuned for SQLite and PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from time import sleep
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, has_request_context, request
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import Connection, Engine, event, make_url

from backend import row_security
from backend.extensions import db

if TYPE_CHECKING:
    from sqlite3 import Connection as SQLiteConnection

    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.orm import Session

    from config.settings import Settings

# What each database keeps of its own: PostgreSQL partitions, event ids across them, the order of commits.
OF_ONE_DATABASE = re.compile(r"(ix_|uq_)?analytics_events_\w+|(ix_)?event_ids(_\w+)?|transaction_id")
BUSY_TIMEOUT = "PRAGMA busy_timeout = 10000"
LOG_TRIES, LOG_PAUSE_SECONDS = 20, 0.05
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ONLY_READS: ContextVar[bool] = ContextVar("only_reads", default=False)


def get_db_session() -> Session:
    """The session of the current app context; rolled back and closed when the context ends."""
    return db.session()


@contextmanager
def reading() -> Iterator[None]:
    """What the session is asked here takes no write lock, whatever the request, and its transaction ends here.

    A request may dawdle over its body, and must hold no lock meanwhile.
    """
    before = ONLY_READS.set(True)
    try:
        yield
    finally:
        ONLY_READS.reset(before)
        if db.session.registry.has():
            db.session.rollback()


def engine_options(settings: Settings) -> dict[str, Any]:
    """Pool and driver options for the database the settings name."""
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        return {"hide_parameters": True, "connect_args": {"timeout": 10, "isolation_level": None}}
    return {
        "hide_parameters": True,
        "pool_size": settings.DATABASE_POOL_SIZE,
        "max_overflow": settings.DATABASE_MAX_OVERFLOW,
        "pool_timeout": 5,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": 5, "options": "-c statement_timeout=30000 -c timezone=UTC"},
    }


def init_app(app: Flask) -> None:
    """Attach each database's connection rules to this app's engines. Opens no connection."""
    event.listen(db.session, "after_begin", row_security.tell)
    with app.app_context():
        for engine in db.engines.values():
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", _prepare_sqlite)
                event.listen(engine, "begin", _begin_sqlite)
            else:
                event.listen(engine, "handle_error", _leave_a_standby)


def in_models(_item: object, name: str | None, _kind: str, _reflected: bool, _other: object) -> bool:
    """Whether migrations are to be compared with the models here."""
    return not OF_ONE_DATABASE.fullmatch(name or "")


def forget_inherited_connections(app: Flask) -> None:
    """After a fork: start with an empty pool and leave the parent's connections alone."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)


@contextmanager
def leaving_no_trace(session: Session) -> Iterator[None]:
    """SQLite overwrites what is deleted, in its file and in its log; PostgreSQL does as its vacuum comes by."""
    yield
    empty_log(session)


def empty_log(session: Session) -> bool:
    """Empty SQLite's log, in which what was deleted still stands; False while somebody reads in it.

    A checkpoint that waits for readers keeps every writer out meanwhile, so each try ends at once.
    """
    engine = session.get_bind()
    if engine.dialect.name != "sqlite":
        return True
    with closing(cast("Engine", engine).raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            for _ in range(LOG_TRIES):
                busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return True
                sleep(LOG_PAUSE_SECONDS)
        finally:
            cursor.execute(BUSY_TIMEOUT)
    return False


def _leave_a_standby(failed: ExceptionContext) -> None:
    """After a failover the pool may hold connections to what is a standby now: they answer, and refuse to write."""
    if isinstance(failed.original_exception, ReadOnlySqlTransaction):
        failed.is_disconnect = True


def _prepare_sqlite(connection: SQLiteConnection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(BUSY_TIMEOUT)
    connection.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start unless the request, or the connection by its option, only reads.

    A deferred transaction that reads and then writes fails at once with SQLITE_BUSY_SNAPSHOT when
    another writer was faster; an immediate one waits for its turn.
    """
    safe = ONLY_READS.get() or (has_request_context() and request.method in SAFE_METHODS)
    reads_only = connection.get_execution_options().get("reads_only", safe)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
