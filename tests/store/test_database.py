"""Migrations run up and down on both databases; SQLite waits for its turn instead of failing."""

from __future__ import annotations

import functools
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from pydantic import SecretStr
from sqlalchemy.orm import Session

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.assessments.visit.models import Draft, SharedResult
from backend.database import in_models
from backend.extensions import db
from backend.plugins import get
from config.migrations import is_migrated, newest_migration
from tests.accounts import make_account
from tests.conftest import close, execute, make_app, make_settings
from tests.servers import PROJECT

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


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


def test_the_newest_migration_is_the_head_of_alembic():
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    head = ScriptDirectory.from_config(config).get_current_head()

    assert newest_migration() == head


def test_the_database_command_is_that_of_flask_migrate(app):
    assert "Upgrade to a later version" in app.test_cli_runner().invoke(args=["db", "--help"]).output


def test_make_run_migrates_only_where_there_is_something_to_migrate(tmp_path, instance):
    new, url = make_settings(tmp_path / "new"), SecretStr("postgresql+psycopg://app@127.0.0.1:9/mingus")

    assert is_migrated(make_settings(instance))
    assert not is_migrated(new)
    assert not is_migrated(make_settings(instance, DATABASE_URL=url))
    with closing(sqlite3.connect(instance / "mingus.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '76e6cb86265d'")
        database.commit()
    assert not is_migrated(make_settings(instance))


def test_migrations_go_up_and_down_and_up_again(empty_app):
    with empty_app.app_context():
        upgrade()
        assert {"analytics_events", "assessments", "api_keys"} <= tables()
        downgrade(revision="base")
        assert tables() == {"alembic_version"}
        upgrade()
        assert "analytics_events" in tables()


def test_keys_that_lose_their_owner_end_or_limit_in_a_downgrade_come_back_revoked(empty_app):
    with empty_app.app_context():
        upgrade()
        account = make_account(empty_app)
        keys = get(KeyService)
        scopes = [Scope.DASHBOARDS_READ]
        free = keys.create("free", scopes)
        bound = [keys.create("owned", scopes, account_id=account.id), keys.create("limited", scopes, hourly_limit=5)]
        db.session.rollback()
        downgrade(revision="c41d09e7b5a2")
        upgrade()

        found = db.session.execute(sa.text("SELECT key_id, revoked_at IS NOT NULL FROM api_keys")).all()
        assert {key: bool(revoked) for key, revoked in found} == {key.id: key is not free for key in (free, *bound)}


def test_models_and_migrations_agree(any_app):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with any_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": in_models})
        assert compare_metadata(context, db.metadata) == []


@pytest.fixture
def migrate_once_more(any_app, tmp_path):
    """Return a function that upgrades to one more migration, which does what it is told."""
    folder = tmp_path / "migrations"
    shutil.copytree(PROJECT / "migrations", folder)

    def run(*lines):
        with any_app.app_context():
            head = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
            db.session.rollback()
            (folder / "versions" / "more.py").write_text(
                "import sqlalchemy as sa\nfrom alembic import op\n"
                f"revision, down_revision = 'more', '{head}'\ndef upgrade():\n    " + "\n    ".join(lines)
            )
            upgrade(directory=str(folder))

    return run


def test_altering_a_table_keeps_the_rows_that_refer_to_it(any_app, migrate_once_more):
    with any_app.app_context():
        when = {"created_at": NOW, "expires_at": NOW}
        draft = Draft(digest="t", calculator="c", assessment_id=uuid4(), session_id="s", answers={}, **when)
        db.session.add(draft)
        db.session.flush()
        db.session.add(SharedResult(digest="link", sealed_token=b"", draft_id=draft.id, created_at=NOW))
        db.session.commit()

    migrate_once_more(
        "with op.batch_alter_table('assessment_drafts') as table:",
        "    table.alter_column('session_id', type_=sa.String(120))",
    )

    with any_app.app_context():
        assert db.session.scalars(sa.select(SharedResult.digest)).all() == ["link"]


def test_a_migration_that_fails_leaves_nothing_behind(any_app, migrate_once_more):
    with pytest.raises(ZeroDivisionError):
        migrate_once_more("op.create_table('half', sa.Column('id', sa.Integer))", "1 / 0")

    with any_app.app_context(), db.engine.connect() as connection:
        assert "half" not in tables()
        if connection.dialect.name == "postgresql":
            assert connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0
            assert connection.scalar(sa.text("SHOW statement_timeout")) == "30s"
        else:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_may_not_leave_rows_that_refer_to_nothing(any_app, migrate_once_more):
    columns, values = "digest, sealed_token, draft_id, created_at", "'link', '', 7, '2026-11-21'"
    orphan = f"INSERT INTO shared_results ({columns}) VALUES ({values})"
    with pytest.raises((SystemExit, sa.exc.IntegrityError)):
        migrate_once_more(f"op.execute({orphan!r})")

    with any_app.app_context():
        assert db.session.scalars(sa.select(SharedResult.digest)).all() == []


def test_a_migration_may_take_its_time(migrate_once_more, any_app):
    if any_app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        migrate_once_more("assert op.get_bind().scalar(sa.text('SHOW statement_timeout')) == '0'")


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


def test_connections_to_what_became_a_standby_are_given_up(postgresql_url, tmp_path):
    app = make_app(make_settings(tmp_path, DATABASE_URL=SecretStr(postgresql_url)))
    app.testing = False
    post = functools.partial(app.test_client().post, "/api/analytics/event", headers={"Sec-Fetch-Site": "same-origin"})
    with app.app_context(), db.engine.connect() as first, db.engine.connect() as second:
        for connection in (first, second):
            connection.exec_driver_sql("SET default_transaction_read_only = on")
            connection.commit()
    statuses = [post(json={"event_type": "a", "session_id": "s"}).status_code for _ in range(3)]
    close(app)

    assert statuses[0] == 503
    assert statuses[-1] == 202
