"""Staged rows enter the lake: those whose ids are new, in one commit a block."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, cast

from backend.analytics.lake.delta import Lake, day_mark, import_mark, moved_days
from backend.analytics.lake.imports.blocks import UnusableFile, first_line
from backend.analytics.lake.imports.staging import Stage, Staged
from backend.analytics.lake.shape import lake_rows
from backend.faults import Faults

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from deltalake import DeltaTable

TRIES = 20
NEVER = -1


class Known:
    """The ids that the lake holds of the days an import touches, read when first asked for."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._as_of: dict[date, int] = {}
        connection.execute("CREATE TABLE known (day DATE, event_id UUID)")

    def read(self, base: DeltaTable, days: list[date]) -> None:
        """Know these days as `base` holds them. A day's mark tells whether somebody changed it since."""
        stale = [day for day in days if self._as_of.get(day, NEVER) != _as_of(base, day)]
        if not stale:
            return
        within = ", ".join(f"'{day.isoformat()}'" for day in stale)
        self._connection.execute(f"DELETE FROM known WHERE day IN ({within})")  # noqa: S608
        self._connection.register("held", base.scan(columns=["day", "event_id"], predicate=f"day IN ({within})"))
        self._connection.execute("INSERT INTO known SELECT day, event_id::UUID FROM held")
        self._connection.unregister("held")
        self._as_of |= {day: _as_of(base, day) for day in stale}

    def add(self, table: str, base: DeltaTable, days: list[date]) -> None:
        """The rows of `table` are in `base` now."""
        self._connection.execute(f"INSERT INTO known SELECT timestamp::DATE, event_id FROM {table}")  # noqa: S608
        self._as_of |= {day: _as_of(base, day) for day in days}


def _as_of(base: DeltaTable, day: date) -> int:
    return base.transaction_version(day_mark(day)) or 0


class Appender:
    """Appends one file's blocks in their order; the mark `import/<identity>` is the last line appended."""

    def __init__(self, lake: Lake, stage: Stage, identity: str, waits: Callable[[], None], faults: Faults) -> None:
        self._lake = lake
        self._waits = waits
        self._connection = stage.cursor()
        self._known = Known(self._connection)
        self._mark = f"import/{identity}"
        self._faults = faults
        self._broken = False
        self.touched: set[date] = set()

    def append(self, staged: Staged) -> int:
        """Append what the lake lacks of a block, and say how many rows that was."""
        import duckdb
        from deltalake.exceptions import CommitFailedError, DeltaError

        if self._broken:
            raise UnusableFile("A block before this one is not in the lake.")
        self._broken = True  # whatever ends this one early: the mark must not pass it
        table = staged.table
        self._one_of_each(table)
        for _ in range(TRIES):
            base = self._lake.open("events")
            try:
                fresh = self._commit(table, base, staged.last)
            except CommitFailedError:
                self._waits()
                continue
            except (OSError, DeltaError, duckdb.OutOfMemoryException) as error:
                raise UnusableFile(f"The lake cannot be written: {first_line(error)}") from None
            self._faults.reach("lake.import.appended")
            self._connection.execute(f"DROP TABLE {table}")
            self._broken = False
            return fresh
        raise UnusableFile("Others keep writing to the same days of the lake. Try again later.")

    def _commit(self, table: str, base: DeltaTable, last: int) -> int:
        if (base.transaction_version(self._mark) or 0) >= last:
            return 0
        days = self._days(table)
        self._known.read(base, days)
        done = base.transaction_version(self._mark) or 0
        fresh = f"SELECT * FROM {table} ANTI JOIN known USING (event_id) WHERE n > {done}"  # noqa: S608
        rows = cast("pa.Table", self._connection.sql(lake_rows(f"({fresh})")).to_arrow_table())
        days = sorted(set(cast("list[date]", rows["day"].unique().to_pylist())))
        marks = {self._mark: last} | moved_days(base, days) | {import_mark(day): base.version() + 1 for day in days}
        self._faults.reach("lake.import.shaped")
        self._lake.append(base, rows, marks)
        self.touched.update(days)
        self._known.add(table, base, days)
        return rows.num_rows

    def _one_of_each(self, table: str) -> None:
        """Of rows with the same id within a block, the first."""
        repeated = f"SELECT event_id FROM {table} GROUP BY event_id HAVING count(*) > 1"  # noqa: S608
        if self._connection.execute(f"SELECT count(*) FROM ({repeated})").fetchall() != [(0,)]:  # noqa: S608
            self._connection.execute(
                f"DELETE FROM {table} WHERE n NOT IN (SELECT min(n) FROM {table} GROUP BY event_id)"  # noqa: S608
            )

    def _days(self, table: str) -> list[date]:
        found = self._connection.execute(f"SELECT DISTINCT timestamp::DATE FROM {table} ORDER BY 1")  # noqa: S608
        return [day for (day,) in found.fetchall()]


class Counter(Appender):
    """Counts what would be appended, and writes nothing."""

    def __init__(self, lake: Lake, stage: Stage, identity: str, waits: Callable[[], None], faults: Faults) -> None:
        super().__init__(lake, stage, identity, waits, faults)
        self._base = lake.open("events") if lake.exists("events") else None

    def append(self, staged: Staged) -> int:
        table = staged.table
        self._one_of_each(table)
        done = 0
        if self._base:
            done = self._base.transaction_version(self._mark) or 0
            self._known.read(self._base, self._days(table))
        [(fresh,)] = self._connection.execute(
            f"SELECT count(*) FROM {table} ANTI JOIN known USING (event_id) WHERE n > {done}"  # noqa: S608
        ).fetchall()
        self._connection.execute(f"INSERT INTO known SELECT timestamp::DATE, event_id FROM {table}")  # noqa: S608
        self._connection.execute(f"DROP TABLE {table}")
        return int(fresh)
