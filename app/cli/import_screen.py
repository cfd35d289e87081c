"""What an import of events shows to whoever started it, and writes down for them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click
import msgspec

from backend.analytics.imports.blocks import Rejected, UnusableFile
from backend.analytics.imports.service import Imported
from backend.formats import counted

OURS_ALONE = 0o600


class Screen:
    """Shows how far a file is, where somebody is watching, and writes rejected rows down."""

    def __init__(self, path: Path, rejects: TextIO | None) -> None:
        self._path = path
        self._rejects = rejects
        self._bar: Any = None
        self._started = time.monotonic()
        self._waited = False

    def begins(self, size: int, notes: Sequence[str]) -> None:
        for note in notes:
            click.echo(f"{self._path}: {note}", err=True)
        if sys.stderr.isatty():
            self._bar = click.progressbar(length=size, label=self._path.name, file=sys.stderr, show_eta=True)
            self._bar.render_progress()

    def advances(self, position: int, rows: int) -> None:
        if self._bar:
            rate = rows / (time.monotonic() - self._started)
            self._bar.label = f"{self._path.name}  {counted(rows, 'row')}  {rate:,.0f}/s"
            self._bar.update(position - self._bar.pos)

    def waits(self) -> None:
        if not self._waited:
            click.echo(f"{self._path}: waiting: others are writing to the same days of the lake.", err=True)
        self._waited = True

    def rejected(self, row: Rejected) -> None:
        if self._rejects:
            rejection = {"file": str(self._path), "line": row.line, "reason": row.reason, "original": row.original}
            self._rejects.write(msgspec.json.encode(rejection).decode() + "\n")

    def ends(self, imported: Imported) -> None:
        if self._bar:
            self._bar.render_finish()
        seconds = time.monotonic() - self._started
        click.echo(
            f"{self._path}: {imported.accepted:,} accepted, {counted(imported.duplicates, 'duplicate')}, "
            f"{imported.rejected:,} rejected of {counted(imported.rows, 'row')}; "
            f"{seconds:.1f} s, {imported.rows / seconds:,.0f} rows/s"
        )
        for column, values in imported.lost.items():
            click.echo(
                f"{self._path}: {counted(values, 'value')} of {column} NaN or infinite: JSON has none, kept as null.",
                err=True,
            )
        if imported.rejected and not self._rejects:
            click.echo("Run the command again with --rejects FILE to get the rejected rows and the reasons.", err=True)
        if imported.cut_short:
            click.echo(f"Error: {imported.cut_short}", err=True)


@contextmanager
def writing(path: Path | None, files: Sequence[Path]) -> Iterator[TextIO | None]:
    """Rejected rows may hold personal data: only the file's owner may read them."""
    if path is None:
        yield None
        return
    if path.exists() and any(file.exists() and path.samefile(file) for file in files):
        raise UnusableFile(f"{path} is being imported, and rejected rows would overwrite it.")
    try:
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OURS_ALONE), "w")
    except OSError as error:
        raise UnusableFile(f"{path} cannot be written: {error.strerror}.") from None
    with file:
        yield file
