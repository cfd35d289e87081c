from __future__ import annotations

from datetime import timedelta

import click

from app.cli.commands import Commands
from backend.audit.actions import Action
from backend.audit.listing import AuditFilter
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.plugins import get

group = Commands("audit", help="Who did what, in a chain that shows every change made to it.")


@group.command("verify")
def verify() -> None:
    """Read the whole chain; name the first entry that is missing or was changed, and end with 1."""
    verdict = get(AuditLog).verify()
    click.echo(str(verdict))
    if not verdict.ok:
        raise click.exceptions.Exit(1)


@group.command("anchor")
def anchor() -> None:
    """Write the head of the chain down outside the database, as the schedule does each hour."""
    written = get(AuditLog).anchor()
    click.echo(f"Anchored entry {written.number}, digest {written.digest}.")


@group.command("list")
@click.option("--actor", default="", help="Only what this one did, such as account:ID, key:ID or cli.")
@click.option(
    "--action", default="", type=click.Choice(["", *Action]), metavar="ACTION", help="Only this, such as audit.read."
)
@click.option("--object", "target", default="", help="Only what was done to this, such as job:7.")
@click.option("--days", type=click.IntRange(1, 3650), help="Only the last so many days.")
def list_newest(actor: str, action: str, target: str, days: int | None) -> None:
    """Show the newest hundred entries. Looking is remembered too."""
    log, since = get(AuditLog), days and utc_now() - timedelta(days=days)
    log.record_reading("cli", Action.AUDIT_READ, "audit:log")
    for entry in log.list(AuditFilter(actor, action, target, since or None)):
        details = " ".join(f"{name}={value}" for name, value in entry.details.items())
        line = (
            f"{entry.number:>8}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.actor}  {entry.action}  {entry.object}  {details}"
        )
        click.echo(line.rstrip())
