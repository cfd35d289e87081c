from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from app.cli.commands import Commands
from backend.accounts.people.reindexing import Reindexing
from backend.accounts.privacy.erasure import Erasures
from backend.accounts.privacy.export import Exports, Form
from backend.accounts.privacy.retention import Retention
from backend.accounts.privacy.rotation import Rotation
from backend.personal_data import DataClasses
from backend.plugins import get

group = Commands("privacy", help="Manage personal data: what is kept, copies of it, and its erasure.")
ACTOR = "cli"


@group.command("classes")
def classes() -> None:
    """Show what is kept about people, why, how long, and where, as a Markdown table."""
    click.echo("\n".join(table(get(DataClasses))))


@group.command("export")
@click.argument("public_id", type=click.UUID)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(public_id: UUID, file: Path) -> None:
    """Write all that is kept about a person to FILE: JSON, or all kinds packed together if it ends in .zip."""
    form = Form.ZIP if file.suffix == ".zip" else Form.JSON
    if not file.parent.is_dir():
        raise click.ClickException(f"There is no folder {file.parent}.")
    copy = get(Exports).make_of(public_id, form, ACTOR)
    file.touch(mode=0o600)
    file.write_bytes(copy.as_bytes(form))
    click.echo(f"Wrote {sum(len(rows) for _, rows in copy.data):,} rows of {len(copy.data)} classes to {file}.")


@group.command("erase")
@click.argument("public_id", type=click.UUID)
@click.confirmation_option(prompt="Erase this person from everywhere, permanently?")
def erase(public_id: UUID) -> None:
    """Erase a person from everywhere now. Says the same if they were erased before."""
    get(Erasures).erase(public_id, ACTOR)
    click.echo(f"Nothing is left of {public_id}.")


@group.command("replay")
def replay() -> None:
    """After a restore, before opening the site: erase everyone in the ledger of erasures again."""
    again = get(Erasures).replay(ACTOR)
    click.echo(f"Erased {again} people again.")


@group.command("prune")
def prune() -> None:
    """Delete what is past its retention, as background work does every day."""
    click.echo(f"Deleted {get(Retention).prune():,} rows.")


@group.command("rotate")
def rotate() -> None:
    """Wrap everyone's key with the current MASTER_KEY. Then MASTER_KEYS_BEFORE can be emptied."""
    rotated = get(Rotation).run(ACTOR)
    click.echo(f"{rotated:,} keys are wrapped with the current MASTER_KEY. None are left with another.")


@group.command("reindex")
def reindex() -> None:
    """After SECRET_KEY changed: make accounts findable by address again. Passwords stay; sign-ins have ended."""
    changed = get(Reindexing).run(ACTOR)
    click.echo(f"Rebuilt the index of {changed:,} addresses.")


def table(data_classes: DataClasses) -> list[str]:
    lines = ["| class | what for | how long | where | settings |", "|---|---|---|---|---|"]
    for data_class in data_classes:
        places = [f"`{name}`" for name in sorted(data_class.tables)]
        places += [f"lake `{name}`" for name in sorted(data_class.lake_tables)]
        settings = ", ".join(f"`{name}`" for name in data_class.settings)
        lines.append(
            f"| {data_class.name} | {data_class.purpose} | {data_class.retention} | {', '.join(places)} | {settings} |"
        )
    return lines
