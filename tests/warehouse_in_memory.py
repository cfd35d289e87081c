"""A warehouse of a few rows, for questions about worlds that a test makes up."""

from __future__ import annotations

import duckdb

from backend.analytics.lake.tables import EVENTS
from backend.analytics.warehouse.relations import SESSIONS
from backend.analytics.warehouse.service import Answer
from tests.sessions_oracle import COLUMNS, day_number, micros, sessions

TYPES = {
    "date": "INTEGER",
    "string": "VARCHAR",
    "int32": "INTEGER",
    "float64": "DOUBLE",
    "boolean": "BOOLEAN",
    "array<int64>": "BIGINT[]",
}


class InMemory:
    """Stands for the warehouse: two tables of a database of the test's own."""

    def __init__(self, rows, now):
        self._now = now
        self._connection = duckdb.connect()
        found = [dict(zip(COLUMNS, row, strict=True)) for row in sessions(rows)]
        found = [row | {"day": row["started_at"] // 86_400_000_000} for row in found]
        flat = [row | {"day": day_number(row["day"]), "timestamp": micros(row["timestamp"])} for row in rows]
        self._fill(EVENTS, [row | {"received_at": row["timestamp"]} for row in flat])
        self._fill(SESSIONS, found)

    def _fill(self, table, rows):
        columns = [f'"{name}" {TYPES.get(kind, "BIGINT")}' for name, kind in table.columns.items()]
        self._connection.execute(f"CREATE TABLE {table.name} ({', '.join(columns)})")
        if rows:
            marks = ", ".join("?" * len(columns))
            values = [[row[name] for name in table.columns] for row in rows]
            self._connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", values)

    def ask(self, question, **values):
        rows = self._connection.execute(question.sql("duckdb", values)).fetchall()
        return Answer(rows, self._now, "duckdb", "1", None)
