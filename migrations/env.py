"""Run migrations with the app's engine and models."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import text

from backend.extensions import UtcDateTime, db

LOCK = 7_364_221


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as what they are in the database."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: offline mode is not supported.")
run()
