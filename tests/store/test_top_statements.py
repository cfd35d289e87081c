"""PERF-3a: the statements on which the database spent most time, or why nobody knows them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.wiring.measuring import connect
from backend.accounts.permissions import Role
from backend.analytics.monitoring.queries.top import StatementStatistics, Statistics
from backend.extensions import db
from tests.accounts import BROWSER, make_account, signed_in
from tests.conftest import ON_SQLITE, as_role, close, make_app, make_settings, of_postgresql

SLOW = "SELECT count(*) FROM generate_series(1, 500000) WHERE 'canary' <> 'known'"


@pytest.fixture
def on_postgresql(tmp_path, postgresql_url):
    app = make_app(make_settings(tmp_path, **of_postgresql(postgresql_url)))
    yield app
    close(app)


@pytest.fixture
def counted(on_postgresql, postgresql_url):
    """An app whose PostgreSQL counts its statements."""
    as_superuser(postgresql_url, "CREATE EXTENSION pg_stat_statements")
    return on_postgresql


def as_superuser(url, statement):
    engine = sa.create_engine(as_role("mingus", url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def page_of(app, path):
    return signed_in(app.test_client(), make_account(app, Role.OPS)).get(path, headers=BROWSER).text


@ON_SQLITE
def test_of_sqlite_the_pages_say_that_it_keeps_no_statistics(any_app):
    for path in ("/ops", "/ops/queries"):
        assert "SQLite keeps no statistics about statements." in page_of(any_app, path)


def test_without_the_extension_the_pages_say_that_it_is_absent(on_postgresql):
    for path in ("/ops", "/ops/queries"):
        assert "the extension pg_stat_statements isn’t installed." in page_of(on_postgresql, path)


def test_the_statement_that_took_longest_in_all_is_the_first_without_its_values(counted):
    with counted.app_context():
        with db.engine.connect() as connection:
            for _ in range(2):
                connection.execute(sa.text(SLOW))
        found = StatementStatistics(connect).top(most=100)
    [slow] = [one for one in found.statements if "generate_series" in one.statement]

    assert found.statistics is Statistics.KEPT
    assert slow.statement == "SELECT count(*) FROM generate_series(?, ?) WHERE ? <> ?"
    assert (slow.calls, slow.rows) == (2, 2)
    assert [one.seconds for one in found.statements] == sorted((one.seconds for one in found.statements), reverse=True)
    for path in ("/ops", "/ops/queries"):
        page = page_of(counted, path)
        assert "FROM generate_series(?, ?) WHERE" in page
        assert "<span>2 runs</span>" in page
        assert "canary" not in page


def test_statistics_that_may_not_be_read_are_said_to_be_unreadable(counted, postgresql_url):
    as_superuser(postgresql_url, "REVOKE SELECT ON pg_stat_statements FROM PUBLIC")

    assert "pg_stat_statements must be in shared_preload_libraries" in page_of(counted, "/ops/queries")
