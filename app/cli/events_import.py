from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click
import msgspec
from flask.cli import with_appcontext

from app.cli.commands import plainly
from backend.analytics.imports.blocks import Rejected, UnusableFile
from backend.analytics.imports.mapping import WrittenMapping, from_file
from backend.analytics.imports.opening import Format
from backend.analytics.imports.service import EventImport, Imported
from backend.errors import MingusError
from backend.formats import counted
from backend.plugins import get

REJECTED, UNUSABLE, STOPPED = 1, 2, 130
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
            click.echo(f"{self._path}: waits its turn: others are writing to the same days of the lake.", err=True)
        self._waited = True

    def rejected(self, row: Rejected) -> None:
        if self._rejects:
            said = {"file": str(self._path), "line": row.line, "reason": row.reason, "original": row.original}
            self._rejects.write(msgspec.json.encode(said).decode() + "\n")

    def ends(self, imported: Imported) -> None:
        if self._bar:
            self._bar.render_finish()
        seconds = time.monotonic() - self._started
        click.echo(
            f"{self._path}: {imported.accepted:,} accepted, {counted(imported.duplicates, 'duplicate')}, "
            f"{imported.rejected:,} rejected of {counted(imported.rows, 'row')}; "
            f"{seconds:.1f} s, {imported.rows / seconds:,.0f} rows/s"
        )
        if imported.rejected and not self._rejects:
            click.echo("Give the command again with --rejects FILE to get the rejected rows and the reasons.", err=True)
        if imported.cut_short:
            click.echo(f"Error: {imported.cut_short}", err=True)


@click.command("import")
@with_appcontext
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice([form.value for form in Format]), help="Else told by the name.")
@click.option("--mapping", "mappings", multiple=True, metavar="FILE.json|COLUMN=FIELD", help="May repeat.")
@click.option(
    "--constant", "constants", multiple=True, metavar="FIELD=VALUE", help="The same for every row. May repeat."
)
@click.option("--time-format", default="", help="As strptime has it, or unix or unix_ms. Else RFC 3339.")
@click.option("--time-zone", default="", help="Of times that name none. Else UTC.")
@click.option("--dry-run", "dry", is_flag=True, help="Read and count only.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Rejected rows with line and reason.")
@plainly
def import_events(
    files: tuple[Path, ...],
    form: str | None,
    mappings: tuple[str, ...],
    constants: tuple[str, ...],
    time_format: str,
    time_zone: str,
    dry: bool,
    rejects: Path | None,
) -> None:
    """Bring events from NDJSON, CSV or Parquet files into the lake, each once.

    Takes up a broken import where it stopped. Exit code 1: rows were rejected; 2: a file could not be used to its end;
    130: stopped by Ctrl-C.
    """
    code = 0
    with stopping_plainly(), told_plainly(), writing(rejects, files) as file:
        said = together(mappings, constants, time_format, time_zone)
        for path in files:
            code = max(code, import_file(path, form, said, Screen(path, file), dry))
    sys.exit(code)


def import_file(path: Path, form: str | None, said: WrittenMapping, screen: Screen, dry: bool) -> int:
    try:
        imported = get(EventImport).run(path, Format(form) if form else None, said, screen, dry=dry)
    except UnusableFile as error:
        click.echo(f"Error: {error}", err=True)
        return UNUSABLE
    screen.ends(imported)
    return UNUSABLE if imported.cut_short else REJECTED if imported.rejected else 0


def together(mappings: Sequence[str], constants: Sequence[str], time_format: str, time_zone: str) -> WrittenMapping:
    """One mapping out of a file and what the command line says beside it."""
    paths = [text for text in mappings if text.endswith(".json") and "=" not in text]
    pairs = [text for text in mappings if text not in paths]
    if len(paths) > 1:
        raise UnusableFile("Name one mapping file.")
    base = from_file(Path(paths[0])) if paths else WrittenMapping()
    return WrittenMapping(
        base.columns | dict(map(pair, pairs)),
        base.constants | dict(map(pair, constants)),
        time_format or base.time_format,
        time_zone or base.time_zone,
    )


def pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (sign and name):
        raise UnusableFile(f"{text!r}: say NAME=VALUE.")
    return name, value


@contextmanager
def told_plainly() -> Iterator[None]:
    """A sentence and exit code 2 instead of a traceback."""
    try:
        yield
    except (UnusableFile, MingusError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(UNUSABLE)


@contextmanager
def stopping_plainly() -> Iterator[None]:
    """A sentence and exit code 130 at Ctrl-C, whatever DuckDB or Arrow make of the signal."""
    asked = False

    def stop(number: int, frame: object) -> None:
        nonlocal asked
        asked = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if asked:
            click.echo("Stopped. Give the command again: it goes on where it stopped.", err=True)
            sys.exit(STOPPED)


@contextmanager
def writing(path: Path | None, files: Sequence[Path]) -> Iterator[TextIO | None]:
    """Rejected rows may hold personal data: only the file's owner may read them."""
    if path is None:
        yield None
        return
    if path.exists() and any(file.exists() and path.samefile(file) for file in files):
        raise UnusableFile(f"{path} is to be imported; rejected rows would overwrite it.")
    try:
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OURS_ALONE), "w")
    except OSError as error:
        raise UnusableFile(f"{path} cannot be written: {error.strerror}.") from None
    with file:
        yield file
