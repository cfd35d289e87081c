"""The plan of a statement without its values: as the database would answer it whatever they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from backend.analytics.monitoring.queries.fingerprints import DATA_WORDS, LONGEST, TOKEN

NO_PLAN = "No plan: {why}"
TIMEOUT = "SET LOCAL statement_timeout = '3s'"
GENERIC = "SET LOCAL plan_cache_mode = force_generic_plan"


def plan(connection: Connection, statement: str) -> str:
    """The plan as lines, or why there is none. Nothing is executed, and the transaction is rolled back."""
    why = _refusal(statement)
    if why:
        return NO_PLAN.format(why=why)
    try:
        lines = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
        return "\n".join(lines(connection, statement))
    except DBAPIError as error:
        return NO_PLAN.format(why=f"the database refused ({type(error.orig).__name__})")
    finally:
        connection.rollback()


def _refusal(statement: str) -> str:
    if statement.partition(" ")[0].upper() not in DATA_WORDS:
        return "only queries and changes of rows have one"
    if len(statement) >= LONGEST:
        return "the statement is too long"
    return "it is more than one statement" if ";" in statement else ""


def _on_sqlite(connection: Connection, statement: str) -> Iterable[str]:
    values = sum(token.lastgroup == "value" for token in TOKEN.finditer(statement))
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (None,) * values)
    depths = {0: -1}
    for number, parent, _, detail in rows:
        depths[number] = depths.get(parent, -1) + 1
        yield "  " * depths[number] + detail


def _on_postgresql(connection: Connection, statement: str) -> Sequence[str]:
    """By a prepared statement, whose generic plan is asked for: EXPLAIN alone needs values before PostgreSQL 16."""
    numbers = count(1)
    numbered = TOKEN.sub(lambda token: f"${next(numbers)}" if token.lastgroup == "value" else token[0], statement)
    values = next(numbers) - 1
    execute = "EXECUTE slow_statement" + (f"({', '.join(['NULL'] * values)})" if values else "")
    for preparation in (TIMEOUT, GENERIC, f"PREPARE slow_statement AS {numbered}"):
        connection.exec_driver_sql(preparation)
    try:
        return connection.exec_driver_sql(f"EXPLAIN {execute}").scalars().all()
    finally:
        connection.exec_driver_sql("DEALLOCATE slow_statement")
