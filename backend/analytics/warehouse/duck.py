"""DuckDB in this process: reads the Parquet files of one version of each table."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock, local
from typing import TYPE_CHECKING

from backend.analytics.lake.tables import EVENTS, INSTANT, LakeTable
from backend.analytics.warehouse.engine import (
    FAR,
    SESSIONS_OF_DAYS,
    AnswerRow,
    EngineFailed,
    FilesAreGone,
    Snapshot,
    TableVersion,
    closed_sessions,
    open_sessions,
)
from backend.analytics.warehouse.question import Question
from backend.analytics.warehouse.relations import CLOSED, DAY, SESSIONS, select_list

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

KEPT = 4
OPEN = "_open"  # ends the names of schemas that have the sessions of open days
# Their first letter tells apart what is one's user id and another's visitor id.
PERSON = "coalesce(CAST(md5_number(coalesce('u' || user_id, 'v' || visitor_id)) >> 65 AS BIGINT), session_key)"
TYPES = {
    "string": "VARCHAR",
    "int64": "BIGINT",
    "int32": "INTEGER",
    "float64": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    INSTANT: "TIMESTAMPTZ",
    "array<int64>": "BIGINT[]",
}


class DuckEngine:
    """One database in memory for the process, one connection to it for each thread; opened on first use.

    A snapshot is a schema of views. The sessions of open days are made once for a snapshot, when a question first
    needs them, and serve every question until the next one; of a snapshot that only has more events, those sessions
    that the new ones belong to are made anew, and the others copied.
    """

    name = "duckdb"

    def __init__(self, memory: str, threads: int, spill: Path) -> None:
        self._config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": str(spill),
            "allow_community_extensions": "false",
            "autoinstall_known_extensions": "false",
            "preserve_insertion_order": "false",
            "allocator_background_threads": "true",  # give memory back after a burst
        }
        self._database: DuckDBPyConnection | None = None
        self._own = local()
        self._opening = Lock()
        self._making = Lock()
        self._schemas: dict[str, Snapshot] = {}

    def run(self, question: Question, values: Mapping[str, int], snapshot: Snapshot) -> Sequence[AnswerRow]:
        with self._seeing(snapshot, with_open=snapshot.is_open(values)) as cursor:
            return cursor.execute(question.sql("duckdb", values)).fetchall()

    def sessions(self, first: int, last: int, snapshot: Snapshot) -> pa.Table:
        """The sessions that begin on the days from `first` to `last`, without their days; loads pyarrow."""
        return self._table(_sessions_of_days(first, last), snapshot)

    def table(self, question: Question, values: Mapping[str, int], snapshot: Snapshot) -> pa.Table:
        """The answer as an Arrow table; loads pyarrow."""
        return self._table(question.sql("duckdb", values), snapshot)

    def _table(self, sql: str, snapshot: Snapshot) -> pa.Table:
        with self._seeing(snapshot, with_open=False) as cursor:
            table: pa.Table = cursor.sql(sql).to_arrow_table()
            return table

    def close(self) -> None:
        with self._opening:
            if self._database is not None:
                self._database.close()
            self._database, self._own = None, local()
            self._schemas.clear()

    @contextmanager
    def _seeing(self, snapshot: Snapshot, *, with_open: bool) -> Iterator[DuckDBPyConnection]:
        """This thread's connection, with the relations of the snapshot."""
        import duckdb

        cursor = self._cursor()
        try:
            cursor.execute(f'SET schema = "{self._schema(snapshot, cursor, with_open=with_open)}"')
            yield cursor
        except (duckdb.IOException, duckdb.CatalogException) as error:
            raise FilesAreGone(str(error)) from error
        except duckdb.Error as error:
            raise EngineFailed(str(error)) from error

    def _cursor(self) -> DuckDBPyConnection:
        if getattr(self._own, "cursor", None) is None:
            with self._opening:
                if self._database is None:
                    import duckdb

                    self._database = duckdb.connect(config=self._config)
                    atexit.register(gc.unfreeze)  # its binding reports, at the end, what only frozen objects hold
                    self._database.execute("SET GLOBAL TimeZone = 'UTC'; SET GLOBAL parquet_metadata_cache = true")
                self._own.cursor = self._database.cursor()
        cursor: DuckDBPyConnection = self._own.cursor
        return cursor

    def _schema(self, snapshot: Snapshot, cursor: DuckDBPyConnection, *, with_open: bool) -> str:
        name = "_".join(map(str, snapshot.key)) + (OPEN if with_open else "")
        with self._making:
            if name not in self._schemas:
                self._make(name, snapshot, cursor, with_open=with_open)
                self._schemas[name] = snapshot
                while len(self._schemas) > KEPT:
                    oldest = next(iter(self._schemas))
                    del self._schemas[oldest]
                    cursor.execute(f'DROP SCHEMA IF EXISTS "{oldest}" CASCADE')
        return name

    def _make(self, name: str, snapshot: Snapshot, cursor: DuckDBPyConnection, *, with_open: bool) -> None:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}"; SET schema = "{name}"')
        cursor.execute(f"CREATE OR REPLACE VIEW {EVENTS.name} AS {_select(EVENTS, snapshot.events)}")
        cursor.execute(f"CREATE OR REPLACE VIEW {CLOSED} AS {_select(SESSIONS, snapshot.sessions)}")
        sessions = closed_sessions(snapshot)
        if with_open:
            cursor.execute(f"CREATE OR REPLACE TABLE open_sessions AS {self._open_sessions(name, snapshot)}")
            sessions = f"{sessions} UNION ALL {open_sessions(f'started_at // {DAY}')}"
        cursor.execute(f"CREATE OR REPLACE VIEW {SESSIONS.name} AS {sessions}")

    def _open_sessions(self, name: str, snapshot: Snapshot) -> str:
        open_days = _sessions_of_days(snapshot.open_from, FAR)
        for earlier, seen in reversed(self._schemas.items()):
            if earlier.endswith(OPEN) and snapshot.only_adds_events_to(seen):
                added = replace(snapshot.events, files=tuple({*snapshot.events.files} - {*seen.events.files}))
                return (
                    f"WITH changed AS MATERIALIZED (SELECT DISTINCT session_key FROM ({_select(EVENTS, added)})),"  # noqa: S608
                    f' {EVENTS.name} AS (SELECT * FROM "{name}".{EVENTS.name}'
                    f" WHERE day >= {snapshot.open_from} AND session_key IN (FROM changed))"
                    f' SELECT * FROM "{earlier}".open_sessions WHERE session_key NOT IN (FROM changed)'
                    f" UNION ALL SELECT * FROM ({open_days})"
                )
        return open_days


def _sessions_of_days(first: int, last: int) -> str:
    sessions = SESSIONS_OF_DAYS.sql("duckdb", {"first": first, "last": last})
    return f"SELECT *, {PERSON} AS person FROM ({sessions})"  # noqa: S608


def _select(table: LakeTable, version: TableVersion) -> str:
    columns = select_list(table, "epoch_us({})", "({} - DATE '1970-01-01')")
    if not version.files:
        nothing = ", ".join(f'CAST(NULL AS {TYPES[kind]}) AS "{name}"' for name, kind in table.columns.items())
        return f"SELECT {columns} FROM (SELECT {nothing}) WHERE false"  # noqa: S608
    files = ", ".join("'" + file.replace("'", "''") + "'" for file in version.files)
    return f"SELECT {columns} FROM read_parquet([{files}], hive_partitioning = true, hive_types = {{day: DATE}})"  # noqa: S608
