from __future__ import annotations

from datetime import timedelta

import click

from app.cli.commands import Commands
from backend.audit.actions import Action
from backend.audit.listing import AuditFilter
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.plugins import get

group = Commands("audit", help="See who did what, in a chain that shows any tampering.")


@group.command("verify")
def verify() -> None:
    """Check the whole chain. Names the first entry that is missing or was changed, and exits with 1."""
    verdict = get(AuditLog).verify()
    click.echo(str(verdict))
    if not verdict.ok:
        raise click.exceptions.Exit(1)


@group.command("anchor")
def anchor() -> None:
    """Record the head of the chain outside the database, as the schedule does every hour."""
    written = get(AuditLog).anchor()
    click.echo(f"Anchored entry {written.number}, digest {written.digest}.")


@group.command("list")
@click.option("--actor", default="", help="Only entries by this actor, such as account:ID, key:ID, or cli.")
@click.option(
    "--action",
    default="",
    type=click.Choice(["", *Action]),
    metavar="ACTION",
    help="Only this action, such as audit.read.",
)
@click.option("--object", "target", default="", help="Only entries about this object, such as job:7.")
@click.option("--days", type=click.IntRange(1, 3650), help="How many days back.")
def list_newest(actor: str, action: str, target: str, days: int | None) -> None:
    """List the newest hundred entries. This is recorded too."""
    log, since = get(AuditLog), days and utc_now() - timedelta(days=days)
    log.record_reading("cli", Action.AUDIT_READ, "audit:log")
    for entry in log.list(AuditFilter(actor, action, target, since or None)):
        details = " ".join(f"{name}={value}" for name, value in entry.details.items())
        line = (
            f"{entry.number:>8}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.actor}  {entry.action}  {entry.object}  {details}"
        )
        click.echo(line.rstrip())
