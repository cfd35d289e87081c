from __future__ import annotations

from datetime import timedelta

import click

from app.cli.commands import Commands
from backend.analytics.experiments.kill_file import EVERYTHING, KillFile, switch_of_flag, switch_of_test
from backend.analytics.experiments.qa_links import QaLinks
from backend.plugins import get

group = Commands("assignment", help="Who sees which variant: links for a look at one, and this host's kill switches.")
KIND = click.argument("kind", type=click.Choice(["test", "flag", EVERYTHING]))
KEY = click.argument("key", default="")


@group.command("kill")
@KIND
@KEY
def kill(kind: str, key: str) -> None:
    """Show nobody an experiment or a flag's rules, on this host, at once, also without a database."""
    get(KillFile).kill(switch(kind, key))
    show()


@group.command("revive")
@KIND
@KEY
def revive(kind: str, key: str) -> None:
    """Undo a kill."""
    get(KillFile).revive(switch(kind, key))
    show()


@group.command("link")
@click.argument("test_id")
@click.argument("variant")
@click.option("--hours", type=click.IntRange(1, 24), default=24, help="How long the link works.")
def link(test_id: str, variant: str, hours: int) -> None:
    """Print what to append to a page's address to see a variant, and count nowhere."""
    click.echo(f"?mingus_force={get(QaLinks).token(test_id, variant, timedelta(hours=hours))}")


def switch(kind: str, key: str) -> str:
    if kind != EVERYTHING and not key:
        raise click.UsageError(f"Say which {kind}.")
    return {"test": switch_of_test(key), "flag": switch_of_flag(key), EVERYTHING: EVERYTHING}[kind]


def show() -> None:
    click.echo("Killed on this host: " + (", ".join(sorted(get(KillFile).switches())) or "nothing"))
