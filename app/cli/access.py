from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from app.access_matrix import matrix, written_into
from app.cli.commands import Commands

group = Commands("access", help="Who may call which route.")


@group.command("matrix")
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, writable=True, path_type=Path),
    help="A document whose table is replaced, such as docs/access.md. Without it the table is printed.",
)
def show(into: Path | None) -> None:
    """Tell for each route which roles may call it."""
    table = matrix(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001
    if into is None:
        click.echo(table)
        return
    try:
        into.write_text(written_into(into.read_text(), table))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
