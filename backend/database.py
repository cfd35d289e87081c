"""The operational database: one session per request, and engines tuned for SQLite and PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from time import sleep
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, has_request_context, request
from sqlalchemy import Connection, Engine, event, make_url

from backend import row_security
from backend.extensions import db

if TYPE_CHECKING:
    from sqlite3 import Connection as SQLiteConnection

    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.orm import Session

    from config.settings import Settings

# Tables and columns of one database only: PostgreSQL's partitions, event ids across them, the order of commits.
OF_ONE_DATABASE = re.compile(r"(ix_|uq_)?analytics_events_\w+|(ix_)?event_ids(_\w+)?|transaction_id")
BUSY_TIMEOUT = "PRAGMA busy_timeout = 10000"
LOG_TRIES, LOG_PAUSE_SECONDS = 20, 0.05
# A host that vanished without a word; by default the system would wait for hours.
GONE_AFTER_30_SECONDS = {
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ONLY_READS: ContextVar[bool] = ContextVar("only_reads", default=False)


def get_db_session() -> Session:
    """The session of the current app context; rolled back and closed when the context ends."""
    return db.session()


@contextmanager
def reading() -> Iterator[None]:
    """Inside, queries take no write lock, whatever the request's method; the transaction ends with the block.

    A client may send its body slowly, and the request must hold no lock meanwhile.
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
        "connect_args": {
            "connect_timeout": 5,
            "options": "-c statement_timeout=30000 -c timezone=UTC",
            **GONE_AFTER_30_SECONDS,
        },
    }


def init_app(app: Flask) -> None:
    """Attach each database's connection rules to this app's engines. Opens no connection."""
    if not event.contains(db.session, "after_begin", row_security.tell):  # sessions are of one kind in all apps
        event.listen(db.session, "after_begin", row_security.tell)
    with app.app_context():
        for engine in db.engines.values():
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", _prepare_sqlite)
                event.listen(engine, "begin", _begin_sqlite)
            else:
                event.listen(engine, "handle_error", _leave_a_standby)


def in_models(_item: object, name: str | None, _kind: str, _reflected: bool, _other: object) -> bool:
    """Whether migrations compare this object with the models."""
    return not OF_ONE_DATABASE.fullmatch(name or "")


def forget_inherited_connections(app: Flask) -> None:
    """Start with an empty pool after a fork, and leave the parent's connections open."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)


@contextmanager
def leaving_no_trace(session: Session) -> Iterator[None]:
    """After deletions inside, empty SQLite's log, where deleted rows remain; PostgreSQL's vacuum does it on its own."""
    yield
    empty_log(session)


def empty_log(session: Session) -> bool:
    """Empty SQLite's log, which still holds deleted rows; False while another connection reads in it.

    A checkpoint that waits for readers blocks every writer meanwhile, so each try ends at once.
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
    """Drop a connection whose server became a standby in a failover: it answers, and refuses to write."""
    from psycopg.errors import ReadOnlySqlTransaction

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

    A deferred transaction that reads and then writes fails at once with SQLITE_BUSY_SNAPSHOT when another writer was
    faster; an immediate one waits for its turn.
    """
    safe = ONLY_READS.get() or (has_request_context() and request.method in SAFE_METHODS)
    reads_only = connection.get_execution_options().get("reads_only", safe)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
