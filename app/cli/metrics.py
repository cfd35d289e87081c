from __future__ import annotations

from pathlib import Path

from app.cli.commands import Commands
from app.generated import INTO, publish
from app.metric_tables import tables

group = Commands("metrics", help="See what is counted, and how.")


@group.command("catalogue")
@INTO
def show(into: Path | None) -> None:
    """Show what each measure counts and what it can be broken down by."""
    publish("flask metrics catalogue", tables(), into)
