"""Run migrations with the app's engine and models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection, Engine, NullPool, create_engine, text

from backend.app_role import letting_the_app_in
from backend.database import in_models
from backend.extensions import UtcDateTime, db

LOCK = 7_364_221


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as what they are in the database."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run() -> None:
    app_engine = current_app.extensions["migrate"].db.engine
    with owners(app_engine).connect() as connection, PREPARED[connection.dialect.name](connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            render_item=render_item,
            include_object=in_models,
            transactional_ddl=True,
            transaction_per_migration=True,
            on_version_apply=refuse_orphans,
        )
        with context.begin_transaction():
            context.run_migrations()


def owners(app_engine: Engine) -> Engine:
    """On PostgreSQL: a connection of the owner, which is closed afterwards and is nobody else's."""
    if app_engine.dialect.name == "sqlite":
        return app_engine
    url = current_app.config["DATABASE_OWNER_URL"] or app_engine.url
    patience = current_app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=patience)


@contextmanager
def one_at_a_time(connection: Connection) -> Iterator[None]:
    """On PostgreSQL: no second migration meanwhile, as long as it takes, and with everybody's rows in sight."""
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SET app.service = 'on'"))
    connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
    connection.commit()
    try:
        with letting_the_app_in(connection):
            yield
    finally:
        connection.rollback()
        connection.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))
        connection.commit()


@contextmanager
def without_cascades(connection: Connection) -> Iterator[None]:
    """On SQLite: to alter a table is to copy and drop it, which must not delete the rows that refer to it."""
    driver = connection.connection.dbapi_connection  # a transaction would ignore this pragma
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys = ON")


def refuse_orphans(ctx: MigrationContext, **_step: object) -> None:
    """Before SQLite commits a migration: every row still refers to one that exists."""
    if ctx.dialect.name != "sqlite":
        return
    orphans = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        tables = sorted({row[0] for row in orphans})
        raise SystemExit(f"The migration leaves {len(orphans)} rows that refer to nothing, in {', '.join(tables)}.")


PREPARED = {"postgresql": one_at_a_time, "sqlite": without_cascades}

if context.is_offline_mode():
    raise SystemExit("Migrations need a database: offline mode is not supported.")
run()
