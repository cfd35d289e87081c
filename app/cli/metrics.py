from __future__ import annotations

from pathlib import Path

from app.cli.commands import Commands
from app.generated import INTO, publish
from app.metric_tables import tables

group = Commands("metrics", help="What is counted, and how.")


@group.command("catalogue")
@INTO
def show(into: Path | None) -> None:
    """Tell what each measure counts and by what it can be broken down."""
    publish("flask metrics catalogue", tables(), into)
