"""The lake: a folder or an object store of Delta tables, each commit of which is whole or is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from backend.analytics.lake import strays
from backend.analytics.lake.locks import Turns
from backend.analytics.lake.tables import EVENTS, LakeTable

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable, WriterProperties

LANDING = "landing"  # the mark of the position behind the landing rows that are here
REBUILDING, REFUSED = "rebuilding", "refused"  # 1: ids must be compared; the landing table is not the one it was
RESTORED = "restored"  # the day of the last rebuild: until it, the landing table may have lost what the lake holds
ROW_GROUP = 131_072
TARGET_FILE_BYTES = 128 * 2**20
SOON = 5.0  # seconds to wait for writers, where the next vacuum may do it as well
HARDLY_REPEATED = ("event_id", "session_id", "session_key")  # a dictionary of them costs time and space
# Every sync is a commit: an opened table reads the newest checkpoint and the commits since.
CONFIGURATION = {
    "delta.checkpointInterval": "20",
    "delta.logRetentionDuration": "interval 1 days",
    "delta.deletedFileRetentionDuration": "interval 1 hours",
}


def day_mark(day: date) -> str:
    """The application transaction that every commit that adds to or takes from a day of `events` moves on."""
    return f"day/{day.isoformat()}"


def import_mark(day: date) -> str:
    """The application transaction that says: this day holds events that came by file, so ids must be compared."""
    return f"import/{day.isoformat()}"


def may_be_known(base: DeltaTable, day: date) -> bool:
    """Whether an event of this day that is new to the landing table may be in the lake all the same."""
    restored = base.transaction_version(RESTORED) or 0
    return bool(day.toordinal() <= restored or base.transaction_version(import_mark(day)))


@dataclass(frozen=True, slots=True)
class TableSnapshot:
    """One version of a table: its files stay as they are until a vacuum an hour after they were replaced."""

    version: int
    files: tuple[str, ...]
    days: frozenset[date]


class Lake:
    """Opens its tables on first use; deltalake and Arrow are loaded then. Keys of object stores are in the environment.

    Every commit says with app transactions ("marks") what it did. Two commits made from the same version that move the
    same mark cannot both succeed: the later one raises `CommitFailedError` and must be made again from what is there.
    """

    def __init__(self, url: str, tables: Iterable[LakeTable] = (EVENTS,)) -> None:
        self.url = url.rstrip("/")
        self._tables = {table.name: table for table in tables}
        self._turns = Turns(self.folder / ".writing") if self.folder else None

    @property
    def tables(self) -> tuple[LakeTable, ...]:
        return tuple(self._tables.values())

    def add_table(self, table: LakeTable) -> None:
        self._tables[table.name] = table

    def location(self, name: str) -> str:
        return f"{self.url}/{self._tables[name].name}"

    @property
    def folder(self) -> Path | None:
        """The lake's folder on this machine; None where it is in an object store."""
        return None if "://" in self.url else Path(self.url)

    def open(self, name: str) -> DeltaTable:
        """The newest version; an empty table is made where there is none."""
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        try:
            return DeltaTable(self.location(name))
        except TableNotFoundError:
            return self._create(self._tables[name])

    def table(self, name: str) -> LakeTable:
        return self._tables[name]

    def days(self, base: DeltaTable) -> frozenset[date]:
        """The days of which this version holds rows."""
        return frozenset(date.fromisoformat(partition["day"]) for partition in base.partitions())

    def exists(self, name: str) -> bool:
        from deltalake import DeltaTable

        return DeltaTable.is_deltatable(self.location(name))

    def is_spoilt(self, name: str) -> bool:
        """Whether a table is there whose log cannot be read."""
        from deltalake.exceptions import DeltaError

        try:
            self.open(name)
        except DeltaError:
            return True
        return False

    def discard(self, name: str) -> None:
        """Delete a table that can be made again, log and files; only where the lake is a folder."""
        if self.folder is None:
            raise OSError(
                f"{self.location(name)} cannot be read. If that stays so, delete all that is there and rebuild again"
            )
        shutil.rmtree(self.folder / name)

    def mark(self, name: str, mark: str) -> int | None:
        return self.open(name).transaction_version(mark)

    def snapshot(self, name: str, first: date | None = None, last: date | None = None) -> TableSnapshot:
        """The files of the newest version that hold the days from `first` to `last`."""
        table = self.open(name)
        bounds = [("day", ">=", first.isoformat())] if first else []
        bounds += [("day", "<=", last.isoformat())] if last else []
        files = tuple(table.file_uris(file_pruning_predicate=bounds or None))
        return TableSnapshot(table.version(), files, frozenset(map(day_of, files)))

    @contextmanager
    def writing(self, base: DeltaTable) -> Iterator[None]:
        """Surrounds the writing of files and their commit; a lost commit's are swept, if the lake is a folder."""
        from deltalake.exceptions import CommitFailedError, DeltaError

        try:
            with self._turns.writing() if self._turns else nullcontext():
                yield
        except CommitFailedError:
            with suppress(OSError, DeltaError):  # the next vacuum does it then
                self.sweep(base.table_uri.rstrip("/").rpartition("/")[2])
            raise

    @contextmanager
    def nobody_writing(self, seconds: float = SOON) -> Iterator[bool]:
        """Whether no writer is active, so that files without a version can go; False in an object store."""
        if self._turns is None:
            yield False
            return
        Path(self.url).mkdir(parents=True, exist_ok=True)
        with self._turns.nobody_writing(seconds) as alone:
            yield alone

    def sweep(self, name: str, seconds: float = SOON) -> int | None:
        """Deletes the files of lost commits and killed writers; returns how many, None if a writer stays active."""
        with self.nobody_writing(seconds) as alone:
            return strays.sweep(self.open(name), self.folder / name) if alone and self.folder else None

    def vacuum(self, name: str, hours: int, *, full: bool) -> int:
        """Deletes files that no version of the last hours names; `full`: also as old ones that none ever did."""
        return len(
            self.open(name).vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False, full=full)
        )

    def outside(self, name: str, column: str) -> Iterator[list[str | None] | None]:
        """A column of every file that the newest version does not hold; None of one that cannot be read."""
        base, folder = self.open(name), self.folder / name if self.folder else None
        return strays.values(self.location(name), folder, strays.outside(base, folder), column)

    def append(self, base: DeltaTable, rows: Any, marks: Mapping[str, int]) -> None:
        """Add rows (an Arrow table or stream) and move marks in one commit; `base` then is the new version."""
        self._write(base, rows, marks, mode="append")

    def replace(self, base: DeltaTable, days: Iterable[date], rows: Any, marks: Mapping[str, int]) -> None:
        """Put rows in the place of all that these days hold, in one commit."""
        self._write(base, rows, marks, mode="overwrite", predicate=within(days))

    def empty(self, base: DeltaTable, table: LakeTable, marks: Mapping[str, int]) -> None:
        """Take out all rows; the columns then are those that `table` says."""
        self._write(base, table.arrow_schema().empty_table(), marks, mode="overwrite", schema_mode="overwrite")

    def _write(self, base: DeltaTable, rows: Any, marks: Mapping[str, int], **how: Any) -> None:
        from deltalake import write_deltalake

        with self.writing(base):
            write_deltalake(
                base,
                rows,
                writer_properties=writer_properties(base),
                target_file_size=TARGET_FILE_BYTES,
                commit_properties=commit_properties(marks),
                **how,
            )

    def delete(self, base: DeltaTable, condition: str, marks: Mapping[str, int]) -> None:
        """Take out the rows for which this holds; the log will keep the condition."""
        with self.writing(base):
            base.delete(
                condition, writer_properties=writer_properties(base), commit_properties=commit_properties(marks)
            )

    def commit(self, base: DeltaTable, marks: Mapping[str, int]) -> None:
        """Move marks and nothing else; a commit under way that moves one of them will fail."""
        from deltalake import write_deltalake

        # It writes no file, so that it need not wait for a turn.
        write_deltalake(
            base, base.schema().to_arrow().empty_table(), mode="append", commit_properties=commit_properties(marks)
        )

    def _create(self, table: LakeTable) -> DeltaTable:
        from deltalake import CommitProperties, DeltaTable
        from deltalake.exceptions import CommitFailedError, DeltaError

        skip_by = ",".join(name for name in table.skip_by if name in table.columns)
        try:
            return DeltaTable.create(
                self.location(table.name),
                schema=table.arrow_schema(),
                mode="error",
                partition_by=["day"],
                configuration={**CONFIGURATION, "delta.dataSkippingStatsColumns": skip_by},
                commit_properties=CommitProperties(max_commit_retries=0),
            )
        except (CommitFailedError, DeltaError):
            return DeltaTable(self.location(table.name))


def within(days: Iterable[date]) -> str:
    """The condition for rows of these days."""
    return f"day IN ({', '.join(repr(day.isoformat()) for day in sorted(days))})"


def moved_days(base: DeltaTable, days: Iterable[date]) -> dict[str, int]:
    """The marks of a commit made from `base` that touches these days: greater than any before."""
    return {day_mark(day): base.version() + 1 for day in days}


def day_of(file: str) -> date:
    """The day a file's folder is named after."""
    [folder] = [part for part in unquote(file).split("/") if part.startswith("day=")]
    return date.fromisoformat(folder.removeprefix("day="))


def writer_properties(base: DeltaTable) -> WriterProperties:
    """Instants are written as differences: a fifth less space, read in two thirds of the time."""
    from deltalake import ColumnProperties, WriterProperties
    from deltalake.schema import PrimitiveType

    columns = dict.fromkeys(HARDLY_REPEATED, ColumnProperties(dictionary_enabled=False))
    differences = ColumnProperties(dictionary_enabled=False, encoding="DELTA_BINARY_PACKED")
    instants = [field.name for field in base.schema().fields if field.type == PrimitiveType("timestamp")]
    return WriterProperties(
        compression="ZSTD",
        compression_level=1,
        max_row_group_size=ROW_GROUP,
        column_properties=columns | dict.fromkeys(instants, differences),
    )


def commit_properties(marks: Mapping[str, int]) -> CommitProperties:
    from deltalake import CommitProperties, Transaction

    return CommitProperties(app_transactions=[Transaction(name, version) for name, version in marks.items()])
