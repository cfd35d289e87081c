"""Tables as plain text files, and the swap that puts a whole folder of them in place of the old one."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.reference.errors import ReferenceImportError

MANIFEST = "manifest.json"
DECIMALS = 12  # enough to rebuild an occupation's exposure from its activities to 1e-11

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table in the order it is written."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def table_text(table: Table) -> str:
    """CSV with LF line ends: the same table gives the same bytes anywhere."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(cell) for cell in row] for row in table.rows)
    return stream.getvalue()


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return repr(round(cell, DECIMALS)) if isinstance(cell, float) else str(cell)


def json_text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def manifest_of(files: Mapping[str, str], edition: str) -> dict[str, object]:
    """The data version carries a digest of all files, so that it changes whenever any of them does."""
    hashes = {name: sha256(text.encode()) for name, text in sorted(files.items())}
    return {"data_version": data_version(edition, hashes), "files": hashes}


def data_version(edition: str, hashes: Mapping[str, str]) -> str:
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(hashes.items()))
    return f"{edition}-{sha256(lines.encode())[:8]}"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def replace_folder(target: Path, files: Mapping[str, str], complete: Callable[[Path], None]) -> None:
    """Write everything beside the target first; only a complete folder is moved into its place.

    `complete` adds to the folder what is made of its files.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        fresh, old = Path(scratch, "fresh"), Path(scratch, "old")
        fresh.mkdir()
        for name, text in files.items():
            (fresh / name).write_bytes(text.encode())
        complete(fresh)
        _swap(target, fresh, old)


def _swap(target: Path, fresh: Path, old: Path) -> None:
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise


def refuse_foreign(target: Path) -> None:
    """A folder that holds anything but an earlier import is somebody's mistake, not ours to replace."""
    if target.exists() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        raise ReferenceImportError(target, "is not a folder of reference tables; it was left as it is")
