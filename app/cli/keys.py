from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import click

from app.cli.commands import Commands
from backend.accounts.keys.service import KeyService, KeySummary
from backend.accounts.permissions import KEY_SCOPES, Scope
from backend.clock import utc_now
from backend.plugins import get

group = Commands("keys", help="API keys.")
SCOPES = sorted(scope.value for scope in KEY_SCOPES)


def one_line(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not (value.isprintable() and 1 <= len(value.strip()) <= 100):
        raise click.BadParameter("must be one line of 1 to 100 characters")
    return value.strip()


@group.command("create")
@click.option("--name", required=True, callback=one_line, help="Who or what will use the key.")
@click.option("--scope", "scopes", required=True, multiple=True, type=click.Choice(SCOPES), help="Repeats.")
@click.option("--expires-days", type=click.IntRange(1, 3650), help="Default: until the key is revoked.")
@click.option(
    "--per-hour", type=click.IntRange(1, 1_000_000), help="Hourly request limit. Default: the standard limits."
)
@click.option(
    "--account", type=click.UUID, help="Public ID of the account that owns the key, and limits what it can do."
)
def create(
    name: str, scopes: tuple[str, ...], expires_days: int | None, per_hour: int | None, account: UUID | None
) -> None:
    """Create a key and print it. It is shown only once."""
    keys = get(KeyService)
    expires_at = utc_now() + timedelta(days=expires_days) if expires_days else None
    owner = keys.account_of(account) if account else None
    click.echo(str(keys.create(name, map(Scope, scopes), owner, expires_at, per_hour)))


@group.command("list")
def list_all() -> None:
    """List keys, without their secrets."""
    for key in get(KeyService).list():
        click.echo(_line(key))


@group.command("revoke")
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Revoke a key. KEY_ID is the eight characters after mgs_live_."""
    get(KeyService).revoke(key_id)
    click.echo(f"Revoked {key_id}.")


def _line(key: KeySummary) -> str:
    until = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "for good"
    used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    hourly = f"{key.hourly_limit}/hour" if key.hourly_limit else "no hourly limit"
    owner = f"account:{key.owner}" if key.owner else "no owner"
    columns = (f"{key.created_at:%Y-%m-%d}", until, used, hourly, owner, " ".join(key.scopes), key.name)
    return f"{key.key_id}  {key.state:9}" + "  ".join(columns)
