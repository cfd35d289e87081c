from __future__ import annotations

import click

from app.cli.commands import Commands
from backend.analytics.warehouse.service import WarehouseUnavailable
from backend.dashboards.prepared import PreparedAnswers
from backend.formats import counted
from backend.plugins import get

group = Commands("dashboards", help="The team's pages.")


@group.command("prepare")
def prepare() -> None:
    """Find what each page shows first, so that nobody waits for it; background work does this for large lakes."""
    try:
        pages = get(PreparedAnswers).prepare()
    except WarehouseUnavailable as error:
        raise click.ClickException(error.in_words) from None
    click.echo(f"The answers of {counted(pages, 'page')} are ready.")
