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
quarantine = Commands("quarantine", help="Events whose time is impossible.")
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
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="The newest so many.")
def list_newest(limit: int) -> None:
    """Show the newest events in quarantine: id, reason, when it came, when it says it happened, name, session."""
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
    """Show everything that is known of an event."""
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
@click.option("--timestamp", callback=instant, help="When it really happened; else when it says, if possible by now.")
def release(event_id: UUID, timestamp: datetime | None) -> None:
    """Let an event count, as if it had just been sent."""
    recorded = get(Quarantine).release(event_id, timestamp)
    click.echo(f"Released {event_id}{'' if recorded.accepted else ', which was stored already'}.")


@quarantine.command("drop")
@click.argument("event_id", type=click.UUID)
def drop(event_id: UUID) -> None:
    """Delete an event for good."""
    get(Quarantine).drop(event_id)
    click.echo(f"Dropped {event_id}.")
