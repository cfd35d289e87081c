"""From the public files to the tables that ship: all of them or none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from backend.reference.assembling import read_tables
from backend.reference.errors import ReferenceImportError
from backend.reference.loading import SHIPPED
from backend.reference.plain_names import PLAIN_NAMES
from backend.reference.rows import SourceFolder
from backend.reference.snapshot import write_snapshot
from backend.reference.sources.catalogue import EDITION, SOURCES, as_markdown
from backend.reference.writing import (
    MANIFEST,
    json_text,
    manifest_of,
    refuse_foreign,
    replace_folder,
    table_text,
)

OUR_OWN = (PLAIN_NAMES,)  # written for this project, not made of public files: an import carries them over


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import wrote: rows per table, bytes of the whole folder, and the data version."""

    data_version: str
    rows: dict[str, int]
    total_bytes: int


def import_reference(source_dir: Path, target_dir: Path) -> ImportReport:
    """Replace the tables in `target_dir`; on any ReferenceImportError the old ones stay untouched."""
    if not source_dir.is_dir():
        raise ReferenceImportError(source_dir, "is not a folder of public files")
    refuse_foreign(target_dir)
    tables = read_tables(SourceFolder(source_dir))
    files = {table.name: table_text(table) for table in tables}
    files["sources.json"] = json_text([asdict(source) for source in SOURCES])
    files["SOURCES.md"] = as_markdown(SOURCES)
    manifest = manifest_of(files, EDITION)
    files[MANIFEST] = json_text(manifest)
    files |= {name: (SHIPPED / name).read_text(encoding="utf-8") for name in OUR_OWN}
    replace_folder(target_dir, files, write_snapshot)
    return ImportReport(
        data_version=str(manifest["data_version"]),
        rows={table.name: len(table.rows) for table in tables},
        total_bytes=sum(path.stat().st_size for path in target_dir.iterdir()),
    )
