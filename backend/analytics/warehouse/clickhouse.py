"""ClickHouse, for lakes that one machine cannot answer from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

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
    from clickhouse_connect.driver.client import Client

# The number that DuckDB makes of it.
PERSON = (
    "coalesce(toInt64(bitShiftRight(reinterpretAsUInt128(MD5(coalesce("
    "concat('u', user_id), concat('v', visitor_id)))), 65)), session_key)"
)
# As the SQL standard has it: nothing summed up, or joined to nothing, is null.
SETTINGS = "join_use_nulls = 1, aggregate_functions_null_for_empty = 1"

TYPES = {
    "string": "Nullable(String)",
    "int64": "Nullable(Int64)",
    "int32": "Nullable(Int32)",
    "float64": "Nullable(Float64)",
    "boolean": "Nullable(Bool)",
    "date": "Nullable(Date32)",
    INSTANT: r"Nullable(DateTime64(6, \'UTC\'))",
    "array<int64>": "Array(Nullable(Int64))",
}


class ClickHouseEngine:
    """A ClickHouse server that reads the lake where it lies: one version of each Delta table in each query.

    The server must reach the lake under the same name as this process does, as a folder or as an object store whose
    keys it knows.
    """

    name = "clickhouse"

    def __init__(self, url: str) -> None:
        self._url = url
        self._connected: Client | None = None
        self._connecting = Lock()

    def run(self, question: Question, values: Mapping[str, int], snapshot: Snapshot) -> Sequence[AnswerRow]:
        from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

        try:
            result = self._client().query(self.sql(question, values, snapshot))
        except DatabaseError as error:
            raise FilesAreGone(str(error)) from error
        except ClickHouseError as error:
            raise EngineFailed(str(error)) from error
        return [tuple(row) for row in result.result_rows]

    def sql(self, question: Question, values: Mapping[str, int], snapshot: Snapshot) -> str:
        """The question with its relations before it, each a version of a Delta table."""
        open_days = SESSIONS_OF_DAYS.sql("clickhouse", {"first": snapshot.open_from, "last": FAR})
        relations = {
            EVENTS.name: _select(EVENTS, snapshot.events),
            CLOSED: _select(SESSIONS, snapshot.sessions),
            # Its counts are unsigned, those of the kept sessions are not, and it sums no mixture.
            "open_sessions": f"SELECT * REPLACE (toInt64(events) AS events), {PERSON} AS person FROM ({open_days})",  # noqa: S608
            SESSIONS.name: f"{closed_sessions(snapshot)} UNION ALL {open_sessions(f'intDiv(started_at, {DAY})')}",
        }
        with_clauses = ", ".join(f"{name} AS ({sql})" for name, sql in relations.items())
        return f"WITH {with_clauses} SELECT * FROM ({question.sql('clickhouse', values)}) SETTINGS {SETTINGS}"  # noqa: S608

    def _client(self) -> Client:
        with self._connecting:
            if self._connected is None:
                self._connected = connect(self._url)
            return self._connected


def connect(url: str) -> Client:
    """A client of the server that `clickhouse://user:password@host:port/database` names; loads its driver."""
    import clickhouse_connect

    parts = urlsplit(url)
    if parts.scheme == "chdb":
        return clickhouse_connect.get_client(interface="chdb")
    return clickhouse_connect.get_client(
        host=parts.hostname,
        port=parts.port or 0,
        username=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=parts.path.strip("/") or "default",
        secure=parts.scheme == "clickhouses",
        autogenerate_session_id=False,
    )


def _select(table: LakeTable, version: TableVersion) -> str:
    columns = select_list(table, "toUnixTimestamp64Micro({})", "toInt32({})")
    if not version.files:
        shape = ", ".join(f'"{name}" {TYPES[kind]}' for name, kind in table.columns.items())
        return f"SELECT {columns} FROM null('{shape}')"  # noqa: S608
    function = "deltaLake" if "://" in version.location else "deltaLakeLocal"
    location = version.location.replace("\\", "\\\\").replace("'", "\\'")
    return (
        f"SELECT {columns} FROM {function}('{location}') "  # noqa: S608
        f"SETTINGS delta_lake_snapshot_version = {version.version}"
    )
