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
    """Stands for Flask-Migrate's group until one of its commands is called."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        from flask_migrate.cli import db as commands

        context: click.Context = commands.make_context(info_name, args, parent, **extra)
        return context


def init_app(app: Flask) -> None:
    """Put stand-ins where Flask-Migrate and its commands are looked for."""
    app.extensions["migrate"] = LocalProxy(partial(_extension, app))
    app.cli.add_command(Migrations("db", help="Perform database migrations."))


def _extension(app: Flask) -> object:
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(PROJECT / "migrations"))
    return app.extensions["migrate"]
