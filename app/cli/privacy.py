from __future__ import annotations

import click
from flask.cli import AppGroup

from backend.personal_data import DataClasses
from backend.plugins import get

group = AppGroup("privacy", help="What is kept about people.")


@group.command("classes")
def classes() -> None:
    """Show what is kept about people, what for, how long and where, as a table in Markdown."""
    click.echo("\n".join(table(get(DataClasses))))


def table(data_classes: DataClasses) -> list[str]:
    lines = ["| class | what for | how long | where | settings |", "|---|---|---|---|---|"]
    for one in data_classes:
        places = [f"`{name}`" for name in sorted(one.tables)] + [f"lake `{name}`" for name in sorted(one.lake_tables)]
        settings = ", ".join(f"`{name}`" for name in one.settings)
        lines.append(f"| {one.name} | {one.purpose} | {one.retention} | {', '.join(places)} | {settings} |")
    return lines
