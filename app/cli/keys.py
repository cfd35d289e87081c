from __future__ import annotations

import click
from flask.cli import AppGroup

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.errors import MingusError
from backend.plugins import get

group = AppGroup("keys", help="API keys.")


def one_line(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not (value.isprintable() and 1 <= len(value.strip()) <= 100):
        raise click.BadParameter("must be one line of 1 to 100 characters")
    return value.strip()


@group.command("create")
@click.option("--name", required=True, callback=one_line, help="Who or what will use the key.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="May repeat.",
)
def create(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key and print it, this once."""
    click.echo(str(get(KeyService).create(name, map(Scope, scopes))))


@group.command("list")
def list_all() -> None:
    """Show every key without its secret."""
    for key in get(KeyService).list():
        state = "revoked" if key.revoked_at else "active"
        click.echo(f"{key.key_id}  {state:8}{key.created_at:%Y-%m-%d}  {key.scopes}  {key.name}")


@group.command("revoke")
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Refuse a key from now on. KEY_ID is the eight characters after mgs_live_."""
    try:
        get(KeyService).revoke(key_id)
    except MingusError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Revoked {key_id}.")
