"""`flask db …`: Flask-Migrate, imported when something is migrated; nothing else needs Alembic."""

from __future__ import annotations

from functools import partial
from typing import Any

import click
from flask import Flask
from werkzeug.local import LocalProxy

from backend.extensions import db
from config.settings import PROJECT


class Migrations(click.Group):
    """Stands for Flask-Migrate's group until its commands are looked for."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        context: click.Context = _group().make_context(info_name, args, parent, **extra)
        return context

    def list_commands(self, ctx: click.Context) -> list[str]:
        return _group().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _group().get_command(ctx, cmd_name)


def _group() -> click.Group:
    from flask_migrate.cli import db as group

    return group  # type: ignore[no-any-return]


def init_app(app: Flask) -> None:
    """Put stand-ins where Flask-Migrate and its commands are looked for."""
    app.extensions["migrate"] = LocalProxy(partial(_extension, app))
    app.cli.add_command(Migrations("db", help="Perform database migrations."))


def _extension(app: Flask) -> object:
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(PROJECT / "migrations"))
    return app.extensions["migrate"]
