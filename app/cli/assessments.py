from __future__ import annotations

import click

from app.cli.commands import Commands
from backend.assessments.visit.drafts import DraftRetention
from backend.formats import counted
from backend.plugins import get

group = Commands("assessments", help="Visitors' answers.")


@group.command("clean")
def clean() -> None:
    """Delete expired answers and the links to them."""
    click.echo(f"Deleted {counted(get(DraftRetention).clean(), 'expired draft')}.")
