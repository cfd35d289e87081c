"""On PostgreSQL the app goes by a role that owns nothing; migrations are made, and let it in, by the owner."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError, ProgrammingError

from backend.extensions import db
from tests.conftest import as_owner, as_role, close, make_app, make_settings, of_postgresql

NOT_FOR_THE_APP = [
    "CREATE TABLE mine (id int)",
    "ALTER TABLE accounts DISABLE ROW LEVEL SECURITY",
    "DROP POLICY own_rows ON accounts",
    "DROP TABLE analytics_events_default",
    "TRUNCATE sign_ins",
    "UPDATE alembic_version SET version_num = 'x'",
    "UPDATE audit_entries SET actor = 'cli'",
    "DELETE FROM audit_entries",
    "SET ROLE owner",
]


@pytest.fixture
def app(postgresql_url, tmp_path):
    app = make_app(make_settings(tmp_path, **of_postgresql(postgresql_url)))
    with app.app_context():
        yield app
    close(app)


def test_the_app_owns_nothing(app):
    owned = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"

    assert db.session.scalar(sa.text("SELECT current_user::text")) == "app"
    assert db.session.scalar(sa.text(owned)) == 0


@pytest.mark.parametrize("statement", NOT_FOR_THE_APP)
def test_what_only_the_owner_may_do_is_refused(app, statement):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        db.session.execute(sa.text(statement))


def test_every_table_about_an_account_is_held_by_a_policy(app):
    """A new table that knows whose its rows are is not forgotten."""
    held = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    rota = {"on_call_turns", "on_call_stand_ins"}  # of the team: whoever watches the alerts knows who is on call
    about = (
        {table.name for table in db.metadata.tables.values() if "account_id" in table.c} - {"erasure_requests"} - rota
    )

    assert set(db.session.scalars(sa.text(held))) == about | {"accounts"}


@pytest.mark.parametrize("given", ["2031-05-02", "infinity", "1999-12-01", None])
def test_a_partition_is_made_for_a_month_and_for_nothing_else(app, given):
    with pytest.raises(DBAPIError, match="not the first day of a month"):
        db.session.execute(sa.text("SELECT add_landing_partition(CAST(:month AS date))"), {"month": given})


def test_only_partitions_are_dropped(app):
    with as_owner(app) as connection:
        connection.execute(sa.text("CREATE TABLE analytics_events_2031_05 (id int)"))

    with pytest.raises(DBAPIError, match="there is no partition analytics_events_2031_05"):
        db.session.execute(sa.text("SELECT drop_landing_partition(:month)"), {"month": date(2031, 5, 1)})


def test_partitions_that_the_app_has_made_belong_to_the_owner(app):
    db.session.execute(sa.text("SELECT add_landing_partition(:month)"), {"month": date(2031, 5, 1)})
    db.session.commit()

    made = sa.text("SELECT tableowner FROM pg_tables WHERE tablename = 'analytics_events_2031_05'")
    assert db.session.scalar(made) == "owner"
    assert db.session.scalar(sa.text("SELECT count(*) FROM analytics_events_2031_05")) == 0


def test_a_later_migration_lets_the_app_in_by_itself(app):
    with as_owner(app) as connection:
        connection.execute(sa.text("CREATE TABLE later (id serial)"))

    assert db.session.execute(sa.text("INSERT INTO later DEFAULT VALUES RETURNING id")).scalar_one() == 1


@pytest.mark.parametrize("role", ["owner", "mingus"])
def test_a_role_that_no_policy_would_hold_is_refused(postgresql_url, tmp_path, role):
    url = {**of_postgresql(postgresql_url), "DATABASE_URL": SecretStr(as_role(role, postgresql_url))}
    app = make_app(make_settings(tmp_path, **url))

    with app.app_context(), pytest.raises(SystemExit, match=f"The role {role} of DATABASE_URL must own nothing"):
        upgrade()
    close(app)


def test_an_app_that_looks_at_another_database_is_not_let_in(postgresql_url, postgresql_cluster, tmp_path):
    url = {**of_postgresql(postgresql_url), "DATABASE_URL": SecretStr(f"{as_role('app', postgresql_cluster)}/postgres")}
    app = make_app(make_settings(tmp_path, **url))

    with app.app_context(), pytest.raises(SystemExit, match="name different databases"):
        upgrade()
    close(app)
