"""Staged rows enter the lake: those whose ids are new, in one commit a block."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, cast

from backend.analytics.imports.blocks import UnusableFile, first_line
from backend.analytics.imports.staging import PLACE, Stage, Staged
from backend.analytics.lake.delta import Lake, day_mark, import_mark, moved_days
from backend.analytics.lake.demo import demo_marks
from backend.faults import Faults

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from deltalake import DeltaTable

TRIES = 20
NEVER = -1
OLD = """
SELECT n FROM block WHERE n <= $after
UNION ALL SELECT n FROM block SEMI JOIN known USING (id)
UNION ALL SELECT n FROM block JOIN (SELECT id, min(n) AS first FROM block GROUP BY id HAVING count(*) > 1) USING (id)
  WHERE n > first
"""


class KnownIds:
    """The ids that the lake holds of the days an import touches, read when first asked for."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._as_of: dict[date, int] = {}
        connection.execute("CREATE TABLE known (day DATE, id UUID)")

    def read(self, base: DeltaTable, days: list[date]) -> None:
        """Reads the ids of these days in `base`. A day's mark tells whether it changed since."""
        stale = [day for day in days if self._as_of.get(day, NEVER) != _as_of(base, day)]
        if not stale:
            return
        within = ", ".join(f"'{day.isoformat()}'" for day in stale)
        self._connection.execute(f"DELETE FROM known WHERE day IN ({within})")  # noqa: S608
        self._connection.register("held", base.scan(columns=["day", "event_id"], predicate=f"day IN ({within})"))
        self._connection.execute("INSERT INTO known SELECT day, event_id::UUID FROM held")
        self._connection.unregister("held")
        self._as_of |= {day: _as_of(base, day) for day in stale}

    def add(self, rows: pa.Table, base: DeltaTable | None) -> None:
        """Remembers rows that are in `base` now."""
        self._connection.register("added", rows.select(["day", "id"]))
        self._connection.execute("INSERT INTO known FROM added")
        self._connection.unregister("added")
        if base:
            self._as_of |= {day: _as_of(base, day) for day in days_of(rows)}

    def new_among(self, rows: pa.Table, after: int) -> pa.Table:
        """The rows beyond line `after` whose ids are not known; of rows with the same id, the first."""
        import pyarrow as pa
        import pyarrow.compute as pc

        self._connection.register("block", rows.select([*PLACE]))
        old = self._connection.sql(OLD, params={"after": after}).to_arrow_table()["n"]
        self._connection.unregister("block")
        return rows.filter(pc.invert(pc.is_in(rows["n"], pa.array(old)))) if len(old) else rows


def _as_of(base: DeltaTable, day: date) -> int:
    return base.transaction_version(day_mark(day)) or 0


def days_of(rows: pa.Table) -> list[date]:
    return sorted(cast("list[date]", rows["day"].unique().to_pylist()))


class Appender:
    """Appends one file's blocks in their order; the mark `import/<identity>` is the last line appended."""

    def __init__(
        self, lake: Lake, stage: Stage, identity: Callable[[], str], waits: Callable[[], None], faults: Faults
    ) -> None:
        self._lake = lake
        self._waits = waits
        self._known = KnownIds(stage.cursor())
        self._identity = identity
        self._faults = faults
        self._broken = False
        self.touched: set[date] = set()

    @cached_property
    def _mark(self) -> str:
        return f"import/{self._identity()}"

    def append(self, staged: Staged) -> int:
        """Appends the rows of a block that the lake lacks; returns how many."""
        import duckdb
        from deltalake.exceptions import CommitFailedError, DeltaError

        if self._broken:
            raise UnusableFile("A block before this one is not in the lake.")
        self._broken = True  # whatever ends this one early: the mark must not pass it
        for _ in range(TRIES):
            base = self._lake.open("events")
            try:
                fresh = self._commit(staged, base)
            except CommitFailedError:
                self._waits()
                continue
            except (OSError, DeltaError, duckdb.OutOfMemoryException) as error:
                raise UnusableFile(f"The lake cannot be written: {first_line(error)}") from None
            self._faults.reach("lake.import.appended")
            self._broken = False
            return fresh
        raise UnusableFile("Others keep writing to the same days of the lake. Try again later.")

    def _commit(self, staged: Staged, base: DeltaTable) -> int:
        done = base.transaction_version(self._mark) or 0
        if done >= staged.last:
            return 0
        self._known.read(base, days_of(staged.rows))
        rows = self._known.new_among(staged.rows, done)
        days = days_of(rows)
        marks = (
            {self._mark: staged.last} | moved_days(base, days) | {import_mark(day): base.version() + 1 for day in days}
        )
        self._faults.reach("lake.import.shaped")
        self._lake.append(base, rows.drop_columns([*PLACE]), marks | demo_marks(rows, base))
        self.touched.update(days)
        self._known.add(rows, base)
        return rows.num_rows


class DryAppender(Appender):
    """Counts the rows that would be appended, and writes nothing."""

    def __init__(
        self, lake: Lake, stage: Stage, identity: Callable[[], str], waits: Callable[[], None], faults: Faults
    ) -> None:
        super().__init__(lake, stage, identity, waits, faults)
        self._base = lake.open("events") if lake.exists("events") else None

    def append(self, staged: Staged) -> int:
        done = 0
        if self._base:
            done = self._base.transaction_version(self._mark) or 0
            self._known.read(self._base, days_of(staged.rows))
        rows = self._known.new_among(staged.rows, done)
        self._known.add(rows, self._base)
        return rows.num_rows
