from __future__ import annotations

from pathlib import Path

from flask import current_app

from app.access_matrix import matrix
from app.cli.commands import Commands
from app.generated import INTO, publish

group = Commands("access", help="Who may call which route.")


@group.command("matrix")
@INTO
def show(into: Path | None) -> None:
    """Tell for each route which roles may call it."""
    publish("flask access matrix", matrix(current_app._get_current_object()), into)  # type: ignore[attr-defined]  # noqa: SLF001
