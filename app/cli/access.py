from __future__ import annotations

from pathlib import Path

from flask import current_app

from app.access_matrix import matrix
from app.cli.commands import Commands
from app.generated import INTO, publish

group = Commands("access", help="See who can call which route.")


@group.command("matrix")
@INTO
def show(into: Path | None) -> None:
    """Show which roles can call each route."""
    publish("flask access matrix", matrix(current_app._get_current_object()), into)  # type: ignore[attr-defined]  # noqa: SLF001
