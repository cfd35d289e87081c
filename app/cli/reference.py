from __future__ import annotations

from pathlib import Path

import click

from app.cli.commands import Commands

group = Commands("reference", help="Manage the public figures that ship with Mingus.")


@group.command("import")
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_figures(source: Path) -> None:
    """Turn the public files in SOURCE into the tables that ship with Mingus."""
    from backend.reference.errors import ReferenceDataError
    from backend.reference.importing import import_reference
    from backend.reference.loading import SHIPPED

    try:
        report = import_reference(source, SHIPPED)
    except ReferenceDataError as error:
        raise click.ClickException(str(error)) from None
    for table, rows in report.rows.items():
        click.echo(f"{rows:7,}  {table}")
    click.echo(f"Data {report.data_version}, {report.total_bytes / 1e6:.1f} MB")


@group.command("snapshot")
def write_snapshot_anew() -> None:
    """Rewrite the snapshot of the shipped tables after a change to how titles are read."""
    from backend.reference.errors import ShippedDataError
    from backend.reference.loading import SHIPPED
    from backend.reference.snapshot import SNAPSHOT, write_snapshot

    try:
        write_snapshot(SHIPPED)
    except ShippedDataError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{(SHIPPED / SNAPSHOT).stat().st_size / 1e6:.1f} MB in {SNAPSHOT}")
