from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import click
import msgspec

from app.cli.commands import Commands
from backend.analytics.events.clocks import Impossible
from backend.analytics.events.models import QuarantinedEvent
from backend.analytics.events.quarantine.service import Quarantine
from backend.formats import counted
from backend.plugins import get

group = Commands("events", help="What visitors did.")
quarantine = Commands("quarantine", help="Events with an impossible time.")
group.add_command(quarantine)


def instant(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """An ISO instant; without a zone it is UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("must be an instant such as 2026-11-21T09:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@quarantine.command("list")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many of the newest to list."
)
def list_newest(limit: int) -> None:
    """List the newest events in quarantine: ID, reason, when received, when it says it happened, name, session."""
    events = get(Quarantine).newest(limit)
    for event in events:
        click.echo(line(event))
    click.echo(f"{len(events)} of {counted(get(Quarantine).count(), 'event')} in quarantine.")


def line(quarantined: QuarantinedEvent) -> str:
    summary = "  ".join(quarantined.event[name] for name in ("timestamp", "event_type", "session_id"))
    return f"{quarantined.event_id}  {quarantined.reason:11}  {quarantined.created_at:%Y-%m-%d %H:%M:%S}  {summary}"


@quarantine.command("show")
@click.argument("event_id", type=click.UUID)
def show(event_id: UUID) -> None:
    """Show everything known about an event."""
    quarantined = get(Quarantine).get(event_id)
    details = {
        "reason": quarantined.reason,
        "explanation": Impossible(quarantined.reason).sentence,
        "received_at": quarantined.created_at,
        "sent_at": quarantined.sent_at,
        "event": quarantined.event,
        "sender": quarantined.sender,
    }
    click.echo(msgspec.json.format(msgspec.json.encode(details)).decode())


@quarantine.command("release")
@click.argument("event_id", type=click.UUID)
@click.option(
    "--timestamp",
    callback=instant,
    help="When it really happened. Default: the time it gives, if that is possible by now.",
)
def release(event_id: UUID, timestamp: datetime | None) -> None:
    """Count an event as if it had just been sent."""
    recorded = get(Quarantine).release(event_id, timestamp)
    click.echo(f"Released {event_id}{'' if recorded.accepted else ', which was already stored'}.")


@quarantine.command("drop")
@click.argument("event_id", type=click.UUID)
def drop(event_id: UUID) -> None:
    """Delete an event permanently."""
    get(Quarantine).drop(event_id)
    click.echo(f"Dropped {event_id}.")
