"""Files of events by their format."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from pathlib import Path

from backend.analytics.imports.blocks import FileSource, UnusableFile
from backend.analytics.imports.csv_file import CsvFile
from backend.analytics.imports.mapping import WrittenMapping, understood
from backend.analytics.imports.parquet_file import ParquetFile
from backend.analytics.imports.text import NdjsonFile


class Format(StrEnum):
    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"


SUFFIXES = {
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".json": Format.NDJSON,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
}
NO_MAPPING = WrittenMapping()


def open_source(path: Path, form: Format | None, mapping: WrittenMapping, block: int) -> FileSource:
    """A file ready to be read, or UnusableFile."""
    try:
        with path.open("rb"):
            pass
        form = form or format_of(path)
        if form is Format.NDJSON:
            if mapping != NO_MAPPING:
                raise UnusableFile(f"{path} is NDJSON, which names its fields: a mapping is for CSV and Parquet.")
            return NdjsonFile(path, block)
        return (CsvFile if form is Format.CSV else ParquetFile)(path, understood(mapping), block)
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror or error}.") from None


def format_of(path: Path) -> Format:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    try:
        return SUFFIXES[suffixes[-1]]
    except (IndexError, KeyError):
        raise UnusableFile(f"{path}: use --format to say whether this is ndjson, csv, or parquet.") from None


def identity(path: Path, mapping: WrittenMapping) -> str:
    """The same for the same bytes read in the same way, whatever the file is called."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256")
    if mapping != NO_MAPPING:
        content.update(
            json.dumps([mapping.columns, mapping.constants, mapping.time_format, mapping.time_zone]).encode()
        )
    return content.hexdigest()
