from __future__ import annotations

from pathlib import Path

import click

from app.cli.commands import Commands

group = Commands("reference", help="The public figures that ship with Mingus.")


@group.command("import")
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_figures(source: Path) -> None:
    """Turn the public files in SOURCE into the tables that ship with Mingus."""
    from backend.reference.errors import ReferenceImportError
    from backend.reference.importing import import_reference
    from backend.reference.loading import SHIPPED

    try:
        report = import_reference(source, SHIPPED)
    except ReferenceImportError as error:
        raise click.ClickException(str(error)) from None
    for table, rows in report.rows.items():
        click.echo(f"{rows:7,}  {table}")
    click.echo(f"Data {report.data_version}, {report.total_bytes / 1e6:.1f} MB")
