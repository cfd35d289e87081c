from __future__ import annotations

import click

from app.cli.commands import Commands
from backend.analytics.monitoring.control import MonitoringControl, MonitoringStatus
from backend.plugins import get

group = Commands("monitoring", help="Starting and stopping monitoring, on every host.")
BY = "cli"


@group.command("start")
def start() -> None:
    """Start monitoring; nothing changes if it is on."""
    show(get(MonitoringControl).start(BY))


@group.command("stop")
def stop() -> None:
    """Stop monitoring; nothing changes if it is off."""
    show(get(MonitoringControl).stop(BY))


@group.command("status")
def status() -> None:
    """Show whether monitoring is to be on, and which processes obey."""
    show(get(MonitoringControl).status())


def show(status: MonitoringStatus) -> None:
    click.echo(f"Monitoring is to be {status.desired} (generation {status.generation}); observed: {status.observed}.")
    for host in status.hosts:
        measured = "measured" if host.is_sampling else "not measured"
        click.echo(f"{host.id:42}{measured}")
        for worker in host.workers:
            seen = f"seen {worker.seen_age.total_seconds():.0f} s ago"
            click.echo(f"  process {worker.pid:<10}generation {worker.generation:<6}{seen}")
    if not status.hosts:
        click.echo("No process was heard of in the last 15 s.")
