"""Parts of documents that commands write, between two marks that name the command."""

from __future__ import annotations

from pathlib import Path

import click

INTO = click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, writable=True, path_type=Path),
    help="A document whose part is replaced. Without it the part is printed.",
)


def marks(command: str) -> tuple[str, str]:
    return f"<!-- {command}: begin -->", f"<!-- {command}: end -->"


def written_into(document: str, command: str, part: str) -> str:
    """The document with its part replaced. Raises ValueError without the two marks."""
    begin, end = marks(command)
    before, _, rest = document.partition(begin)
    _, closing, after = rest.partition(end)
    if not closing:
        raise ValueError(f"there is no place for it: {begin} … {end}")
    return f"{before}{begin}\n{part}\n{end}{after}"


def publish(command: str, part: str, into: Path | None) -> None:
    """Print the part, or put it in its place."""
    if into is None:
        click.echo(part)
        return
    try:
        into.write_text(written_into(into.read_text(), command, part))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
