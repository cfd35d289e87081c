"""Files of a table that its newest version does not hold.

Delta's writer chooses names and tells them to nobody before a commit, so whoever loses one cannot say which files were
its own. What no version names is found by listing the folder; whether it is of a commit to come is known of a folder
while nobody writes there, and of an object store by age alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

if TYPE_CHECKING:
    from deltalake import DeltaTable


def current(base: DeltaTable) -> frozenset[str]:
    import pyarrow as pa

    paths = cast("list[str]", pa.table(base.get_add_actions(flatten=True))["path"].to_pylist())
    return frozenset(map(unquote, paths))


def left_out(base: DeltaTable, *, full: bool) -> list[str]:
    """Files that only former versions name; `full`: also those that none does."""
    return base.vacuum(retention_hours=0, dry_run=True, enforce_retention_duration=False, full=full)


def in_folder(folder: Path) -> frozenset[str]:
    """All files of a table, also the pieces (`….parquet#1`) of a write that was cut off, which Delta does not list."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return frozenset(str(path) for path in paths if not path.parts[0].startswith("_"))


def sweep(base: DeltaTable, folder: Path) -> int:
    """Delete the files that no version names, and say how many; only while nobody writes.

    Those of former versions stay for readers, until a vacuum.
    """
    unnamed = in_folder(folder) - current(base) - frozenset(map(unquote, left_out(base, full=False)))
    for name in unnamed:
        (folder / name).unlink(missing_ok=True)
    return len(unnamed)


def outside(base: DeltaTable, folder: Path | None) -> frozenset[str]:
    """Files that the newest version does not hold."""
    return in_folder(folder) - current(base) if folder else frozenset(left_out(base, full=True))


def values(location: str, folder: Path | None, names: frozenset[str], column: str) -> Iterator[list[str | None] | None]:
    """A column of each of these files, None of one that cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = _filesystem(location, folder)
    for name in names:
        try:
            with files.open_input_file(name) as file:
                cells = pq.read_table(file, columns=[column])[column].to_pylist()
        except (OSError, pa.ArrowInvalid):
            cells = None
        yield cells


def _filesystem(location: str, folder: Path | None) -> Any:
    from deltalake.fs import DeltaStorageHandler
    from pyarrow import fs

    if folder:
        return fs.SubTreeFileSystem(str(folder), fs.LocalFileSystem())
    return fs.PyFileSystem(cast("Any", DeltaStorageHandler)(location))
