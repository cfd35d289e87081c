"""The statements on which PostgreSQL spent most time, by its extension pg_stat_statements, where it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from backend.analytics.monitoring.queries.fingerprints import fingerprint

TIMEOUT = text("SET LOCAL statement_timeout = '2s'")
SCHEMA = text(
    "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
    " WHERE e.extname = 'pg_stat_statements'"
)
# Other roles' statements have no text for a role without pg_read_all_stats, and COMMIT and its like say little.
TOP = (
    "SELECT query, sum(calls) AS calls, sum(total_exec_time) AS milliseconds, sum(rows) AS rows"
    " FROM {schema}.pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND query ~* '^\\s*(select|insert|update|delete|with|merge)\\y'"
    " GROUP BY query ORDER BY milliseconds DESC LIMIT :most"
)


class Statistics(StrEnum):
    """Whether the database keeps statistics of its statements."""

    KEPT = "kept"
    NOT_BY_SQLITE = "not by SQLite"
    NOT_INSTALLED = "not installed"
    NOT_READABLE = "not readable"


@dataclass(frozen=True, slots=True)
class TopStatement:
    """One statement, its values masked: how often it ran, how long in all, and how many rows it read or changed."""

    statement: str
    calls: int
    seconds: float
    rows: int


@dataclass(frozen=True, slots=True)
class TopStatements:
    """Since PostgreSQL last forgot them, the longest in all first; none unless they are kept."""

    statistics: Statistics
    statements: Sequence[TopStatement] = ()


class StatementStatistics:
    """What the database itself counted, asked over a connection of its own: a refusal harms nobody's transaction."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect

    def top(self, most: int) -> TopStatements:
        with self._connect() as connection:
            if connection.dialect.name != "postgresql":
                return TopStatements(Statistics.NOT_BY_SQLITE)
            try:
                return _top(connection, most)
            except DBAPIError:
                return TopStatements(Statistics.NOT_READABLE)


def _top(connection: Connection, most: int) -> TopStatements:
    connection.execute(TIMEOUT)
    schema = connection.scalar(SCHEMA)
    if schema is None:
        return TopStatements(Statistics.NOT_INSTALLED)
    rows = connection.execute(text(TOP.format(schema=schema)), {"most": most}).all()
    statements = [
        TopStatement(fingerprint(row.query).statement, int(row.calls), row.milliseconds / 1000, int(row.rows))
        for row in rows
    ]
    return TopStatements(Statistics.KEPT, statements)
