"""`flask …`: what an operator does from a shell. Each command calls one service method."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from backend.accounts.permissions import Scope
from backend.accounts.service import KeyService
from backend.assessments.service import DraftRetention
from backend.errors import MingusError
from backend.plugins import get
from backend.reference.errors import ReferenceImportError
from backend.reference.importing import import_reference
from backend.reference.loading import SHIPPED

keys = AppGroup("keys", help="API keys.")
assessments = AppGroup("assessments", help="Visitors' answers.")
reference = AppGroup("reference", help="The public figures that ship with Mingus.")


def init_app(app: Flask) -> None:
    app.cli.add_command(keys)
    app.cli.add_command(assessments)
    app.cli.add_command(reference)


def one_line(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not (value.isprintable() and 1 <= len(value.strip()) <= 100):
        raise click.BadParameter("must be one line of 1 to 100 characters")
    return value.strip()


@keys.command("create")
@click.option("--name", required=True, callback=one_line, help="Who or what will use the key.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="May repeat.",
)
def create_key(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key and print it, this once."""
    click.echo(str(get(KeyService).create(name, map(Scope, scopes))))


@keys.command("list")
def list_keys() -> None:
    """Show every key without its secret."""
    for key in get(KeyService).list():
        state = "revoked" if key.revoked_at else "active"
        click.echo(f"{key.key_id}  {state:8}{key.created_at:%Y-%m-%d}  {key.scopes}  {key.name}")


@keys.command("revoke")
@click.argument("key_id")
def revoke_key(key_id: str) -> None:
    """Refuse a key from now on. KEY_ID is the eight characters after mgs_live_."""
    try:
        get(KeyService).revoke(key_id)
    except MingusError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Revoked {key_id}.")


@assessments.command("clean")
def clean_assessments() -> None:
    """Delete the answers and shared links whose time is over."""
    click.echo(f"Deleted {get(DraftRetention).clean()} expired drafts.")


@reference.command("import")
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_figures(source: Path) -> None:
    """Turn the public files in SOURCE into the tables that ship with Mingus."""
    try:
        report = import_reference(source, SHIPPED)
    except ReferenceImportError as error:
        raise click.ClickException(str(error)) from None
    for table, rows in report.rows.items():
        click.echo(f"{rows:7,}  {table}")
    click.echo(f"Data {report.data_version}, {report.total_bytes / 1e6:.1f} MB")
