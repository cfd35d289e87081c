"""Compaction, vacuum and retention of the lake. All may run beside syncs and questions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from backend.analytics.lake.delta import TARGET_FILE_BYTES, Lake, writer_properties
from backend.clock import Clock
from backend.faults import Faults

if TYPE_CHECKING:
    from deltalake import DeltaTable

SMALL_FILES = 8
KEPT_HOURS = 1


@dataclass(frozen=True, slots=True)
class Compacted:
    """The numbers of small files that were joined, and of large ones made of them."""

    removed: int
    added: int


class LakeUpkeep:
    def __init__(self, lake: Lake, retention: timedelta, faults: Faults, now: Clock) -> None:
        self._lake = lake
        self._retention = retention
        self._faults = faults
        self._now = now

    def compact(self, small_files: int = SMALL_FILES) -> Compacted:
        """Join the files of days that have many small ones, and shorten the logs.

        What else commits meanwhile wins: then a day is left for the next time.
        """
        removed = added = 0
        for table in self._lake.tables:
            base = self._lake.open(table.name)
            for day in crowded_days(base, small_files):
                counts = self._join(base, day)
                removed, added = removed + counts.removed, added + counts.added
            self._faults.reach("lake.compact.joined")
            base = self._lake.open(table.name)
            base.create_checkpoint()
            base.cleanup_metadata()
        return Compacted(removed, added)

    def vacuum(self, hours: int = KEPT_HOURS) -> int:
        """Delete files that no version of the last hours holds, and what killed processes left; says how many.

        A question that began with an older version keeps its files that long; in an object store a writer has as long
        for a commit. In a folder nobody writes meanwhile, so that what no version names goes whatever its age.
        """
        names = [table.name for table in self._lake.tables]
        return sum((self._lake.sweep(name) or 0) + self._lake.vacuum(name, hours, full=True) for name in names)

    def forget_old_days(self) -> int:
        """Take the days whose time is over out of every table; says how many. `vacuum` then deletes their files."""
        first = (self._now() - self._retention).date()
        forgotten = set[date]()
        for table in self._lake.tables:
            base = self._lake.open(table.name)
            old = {day for day in self._lake.days(base) if day < first}
            if old:
                self._lake.delete(base, f"day < '{first.isoformat()}'", {})
            forgotten |= old
        return len(forgotten)

    def _join(self, base: DeltaTable, day: date) -> Compacted:
        from deltalake.exceptions import CommitFailedError

        try:
            with self._lake.writing(base):
                metrics = base.optimize.compact(
                    partition_filters=[("day", "=", day.isoformat())],
                    target_size=TARGET_FILE_BYTES,
                    writer_properties=writer_properties(base),
                )
        except CommitFailedError:
            return Compacted(0, 0)
        return Compacted(metrics["numFilesRemoved"], metrics["numFilesAdded"])


@dataclass(frozen=True, slots=True)
class TableState:
    """A table as it stands."""

    name: str
    version: int
    rows: int
    files: int
    bytes: int
    days: frozenset[date]


def state_of(lake: Lake, name: str) -> TableState:
    base = lake.open(name)
    files = _files(base)
    days, sizes, rows = zip(*files, strict=True) if files else ((), (), ())
    return TableState(name, base.version(), sum(rows), len(files), sum(sizes), frozenset(days))


def crowded_days(base: DeltaTable, small_files: int) -> list[date]:
    """The days with so many files far from their full size."""
    small = Counter(day for day, size, _ in _files(base) if size < TARGET_FILE_BYTES // 2)
    return sorted(day for day, files in small.items() if files >= small_files)


def _files(base: DeltaTable) -> list[tuple[date, int, int]]:
    """The day, bytes and rows of each file."""
    import pyarrow as pa

    actions = pa.table(base.get_add_actions(flatten=True))
    columns = [actions[name].to_pylist() for name in ("partition.day", "size_bytes", "num_records")]
    return list(zip(*columns, strict=True))
