"""Migrations run up and down on both databases; SQLite waits for its turn instead of failing."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade
from pydantic import SecretStr
from sqlalchemy.orm import Session

from backend.extensions import db
from tests.conftest import close, execute, make_app, make_settings


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request, tmp_path):
    """An app on a database without tables."""
    url = ""
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgresql_cluster")
        execute(cluster, "CREATE DATABASE empty")
        url = f"{cluster}/empty"
    app = make_app(make_settings(tmp_path, DATABASE_URL=SecretStr(url)))
    yield app
    close(app)
    if url:
        execute(cluster, "DROP DATABASE empty WITH (FORCE)")


def tables():
    return set(sa.inspect(db.engine).get_table_names())


def test_migrations_go_up_and_down_and_up_again(empty_app):
    with empty_app.app_context():
        upgrade()
        assert {"analytics_events", "assessments", "api_keys"} <= tables()
        downgrade(revision="base")
        assert tables() == {"alembic_version"}
        upgrade()
        assert "analytics_events" in tables()


def test_models_and_migrations_agree(any_app):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with any_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


FOUNDING_COLUMNS = {
    "analytics_events": {"id", "event_type", "user_id", "session_id", "timestamp", "event_data", "created_at"},
    "assessments": {
        "id", "user_id", "session_id", "job_title", "industry", "risk_level", "completion_time", "created_at",
    },
}  # fmt: skip


def test_tables_keep_the_names_of_the_founding_documents(any_app):
    with any_app.app_context():
        for table, columns in FOUNDING_COLUMNS.items():
            assert columns <= {column["name"] for column in sa.inspect(db.engine).get_columns(table)}


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2), ("busy_timeout", 10_000)]
)
def test_sqlite_is_set_up_for_several_processes(app, pragma, value):
    with app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_two_writers_that_read_first_both_succeed(app):
    """A deferred transaction would fail at once with SQLITE_BUSY_SNAPSHOT."""
    with app.app_context():
        engine = db.engine
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO counter VALUES (0)")

    def add():
        for _ in range(20):
            with Session(engine) as session, session.begin():
                n = session.scalar(sa.text("SELECT n FROM counter"))
                session.execute(sa.text("UPDATE counter SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counter").scalar() == 40
    engine.dispose()


def test_errors_of_the_database_never_show_what_was_sent(any_app):
    with any_app.app_context(), db.engine.connect() as connection, pytest.raises(sa.exc.SQLAlchemyError) as failed:
        connection.execute(sa.text("SELECT :value FROM nowhere"), {"value": "canary"})

    assert "canary" not in str(failed.value)
