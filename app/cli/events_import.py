from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.cli.commands import plainly
from app.cli.import_screen import Screen, writing
from backend.analytics.imports.blocks import UnusableFile
from backend.analytics.imports.mapping import WrittenMapping, from_file
from backend.analytics.imports.opening import Format
from backend.analytics.imports.service import EventImport
from backend.errors import MingusError
from backend.plugins import get

REJECTED, UNUSABLE, STOPPED = 1, 2, 130


@click.command("import")
@with_appcontext
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice([form.value for form in Format]), help="Default: by the file name.")
@click.option("--mapping", "mappings", multiple=True, metavar="FILE.json|COLUMN=FIELD", help="Can be repeated.")
@click.option(
    "--constant", "constants", multiple=True, metavar="FIELD=VALUE", help="A constant for every row. Can be repeated."
)
@click.option("--time-format", default="", help="A strptime format, unix, or unix_ms. Default: RFC 3339.")
@click.option("--time-zone", default="", help="For times without one. Default: UTC.")
@click.option("--dry-run", "dry", is_flag=True, help="Read and count only.")
@click.option(
    "--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write rejected rows here, with line and reason."
)
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
    with plain_interrupt(), errors_as_sentences(), writing(rejects, files) as file:
        mapping = merged_mapping(mappings, constants, time_format, time_zone)
        for path in files:
            code = max(code, import_file(path, form, mapping, Screen(path, file), dry))
    sys.exit(code)


def import_file(path: Path, form: str | None, mapping: WrittenMapping, screen: Screen, dry: bool) -> int:
    try:
        imported = get(EventImport).run(path, Format(form) if form else None, mapping, screen, dry=dry)
    except UnusableFile as error:
        click.echo(f"Error: {error}", err=True)
        return UNUSABLE
    screen.ends(imported)
    return UNUSABLE if imported.cut_short else REJECTED if imported.rejected else 0


def merged_mapping(
    mappings: Sequence[str], constants: Sequence[str], time_format: str, time_zone: str
) -> WrittenMapping:
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
        raise UnusableFile(f"{text!r}: write it as NAME=VALUE.")
    return name, value


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """A sentence and exit code 2 instead of a traceback."""
    try:
        yield
    except (UnusableFile, MingusError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(UNUSABLE)


@contextmanager
def plain_interrupt() -> Iterator[None]:
    """A sentence and exit code 130 at Ctrl-C, whatever DuckDB or Arrow make of the signal."""
    interrupted = False

    def stop(number: int, frame: object) -> None:
        nonlocal interrupted
        interrupted = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if interrupted:
            click.echo("Stopped. Run the command again to continue where it stopped.", err=True)
            sys.exit(STOPPED)
