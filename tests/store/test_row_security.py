"""Check 25: PostgreSQL keeps each person's rows to them, whatever a query forgets to ask."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.accounts.people.models import Account
from backend.accounts.permissions import Role, Scope
from backend.accounts.privacy.consent import Consents
from backend.accounts.privacy.models import Consent, ConsentChoice
from backend.analytics.annotations.service import Annotations
from backend.analytics.boards.board import NewBoard
from backend.analytics.boards.service import Boards
from backend.analytics.goals.goal import Direction, GoalPeriod, Target
from backend.analytics.goals.service import Editor, Goals
from backend.analytics.views.service import SavedViews
from backend.analytics.views.view import NewView, ViewKind
from backend.clock import utc_now
from backend.database import get_db_session
from backend.extensions import db
from backend.plugins import get
from backend.routes.access import public, require
from backend.row_security import TELL, act_for, serving
from tests.accounts import make_account, make_sign_in, signed_in
from tests.conftest import as_owner, close, make_app, make_settings, of_postgresql

HELD = {"accounts", "data_keys", "sign_ins", "consents"}  # of the people here; there are more tables
PERSONAL = HELD | {"account_links", "recovery_codes", "refresh_tokens", "api_keys", "saved_views", "annotations"} | {
    "boards", "measure_goals", "measure_goal_versions", "dashboard_shares"
}  # fmt: skip
COUNT = sa.select(sa.func.count()).select_from(Account)


@pytest.fixture
def app(postgresql_url, tmp_path):
    one_connection = {"DATABASE_POOL_SIZE": 1, "DATABASE_MAX_OVERFLOW": 0}
    app = make_app(make_settings(tmp_path, **of_postgresql(postgresql_url), **one_connection))
    yield app
    close(app)


@pytest.fixture
def people(app):
    """Two of them, each with a sign-in and an answer to the question of consent."""
    made = make_account(app, Role.MEMBER), make_account(app, Role.MEMBER)
    for account in made:
        make_sign_in(app, account)
        with app.app_context():
            get(Consents).choose(account.id, ConsentChoice.REJECTED)
    return made


@pytest.fixture
def session(app, people):
    """As the view of a request has it before anybody is known."""
    with app.test_request_context():
        yield get_db_session()


def owners_of(session, table):
    column = "id" if table == "accounts" else "account_id"
    return set(session.scalars(sa.text(f"SELECT {column} FROM {table}")))


@pytest.mark.parametrize("table", sorted(PERSONAL))
def test_a_query_that_says_nothing_finds_nothing_and_one_for_a_person_only_theirs(session, people, table):
    own = {people[0].id} if table in HELD else set()
    assert owners_of(session, table) == set()

    act_for(session, people[0].id)
    assert owners_of(session, table) == own

    act_for(session, None)
    assert owners_of(session, table) == set()


def test_a_row_for_somebody_else_is_refused(session, people):
    mine, theirs = people
    act_for(session, mine.id)
    session.add(Consent(account_id=theirs.id, version=1, choice="accepted", created_at=utc_now()))

    with pytest.raises(DBAPIError, match="row-level security"):
        session.flush()


@pytest.mark.parametrize("table", ["saved_views", "annotations", "boards", "measure_goals", "measure_goal_versions"])
def test_what_everybody_who_is_signed_in_sees_only_its_owner_changes(session, people, table):
    mine, theirs = people
    act_for(session, theirs.id)
    get(SavedViews).save(theirs.id, NewView("theirs", ViewKind.SEGMENT, None, {}, shared=True))
    get(Annotations).add(theirs.id, utc_now(), "theirs")
    get(Boards).add(theirs.id, NewBoard("theirs", shared=True))
    target = Target("sessions", 10, GoalPeriod.WEEK, Direction.AT_LEAST, utc_now().date())
    get(Goals).add(Editor(theirs.id, f"account:{theirs.public_id}"), target)
    act_for(session, mine.id)
    assert owners_of(session, table) == {theirs.id}

    assert session.execute(sa.text(f"UPDATE {table} SET created_at = now()")).rowcount == 0
    assert session.execute(sa.text(f"DELETE FROM {table}")).rowcount == 0
    act_for(session, None)
    assert owners_of(session, table) == set()


def test_nobody_changes_or_deletes_what_they_cannot_see(session, people):
    mine, theirs = people
    act_for(session, mine.id)

    assert session.execute(sa.text("DELETE FROM sign_ins")).rowcount == 1
    assert session.execute(sa.text("UPDATE accounts SET role = 'admin'")).rowcount == 1
    with pytest.raises(DBAPIError, match="row-level security"):
        session.execute(sa.text("UPDATE consents SET account_id = :other"), {"other": theirs.id})


def test_the_owner_of_the_tables_is_held_too(app, people):
    with as_owner(app) as connection:
        assert connection.scalar(COUNT) == 0
        connection.execute(sa.text("SELECT set_config('app.user_id', :id, true)"), {"id": str(people[1].id)})
        assert connection.scalars(sa.select(Account.id)).all() == [people[1].id]


def test_a_pooled_connection_keeps_nothing_of_who_had_it_before(app, people):
    with app.test_request_context():
        first, session = people[0], get_db_session()
        act_for(session, first.id)
        with serving(session, "a test"):
            number = session.scalar(sa.text("SELECT pg_backend_pid()"))
            with pytest.raises(IntegrityError):
                session.execute(sa.insert(Consent).values(account_id=0, version=1, choice="", created_at=utc_now()))
    with app.test_request_context(), db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT pg_backend_pid()")) == number
        assert connection.scalar(COUNT) == 0
    with app.test_request_context():
        assert get_db_session().scalar(COUNT) == 0


def test_what_serves_sees_everybody_until_it_ends_and_however_it_ends(session, people):
    act_for(session, people[0].id)
    with serving(session, "a test"):
        with serving(session, "a test in a test"):
            pass
        assert session.scalar(COUNT) == 2
    with pytest.raises(ZeroDivisionError), serving(session, "a test"):
        raise ZeroDivisionError

    assert session.scalar(COUNT) == 1
    session.rollback()
    assert session.scalar(COUNT) == 1


def test_what_is_changed_while_serving_is_written_while_serving(session, people):
    with serving(session, "a test"):
        session.get_one(Account, people[0].id).role = Role.OPS
    session.commit()

    with serving(session, "a test"):
        assert session.get_one(Account, people[0].id).role == Role.OPS


def test_a_savepoint_that_is_undone_keeps_who_asks(session, people):
    act_for(session, people[0].id)
    with session.begin_nested() as savepoint:
        savepoint.rollback()

    assert session.scalar(COUNT) == 1


def test_outside_of_requests_the_platform_works_for_itself(app, people):
    with app.app_context():
        assert get_db_session().scalar(COUNT) == 2


def test_a_view_that_forgets_to_ask_whose_shows_only_ones_own(app, people):
    def everybody():
        return lambda: str(sorted(get_db_session().scalars(sa.select(Account.id))))

    app.add_url_rule("/a", "a", public("a test")(everybody()))
    app.add_url_rule("/b", "b", require(Scope.ACCOUNT_SELF)(everybody()))
    app.add_url_rule("/c", "c", require(Scope.ACCOUNTS_MANAGE)(everybody()))
    [first, second], admin = people, make_account(app, Role.ADMIN)

    assert app.test_client().get("/a").text == "[]"
    assert signed_in(app.test_client(), second).get("/a").text == f"[{second.id}]"
    assert signed_in(app.test_client(), second).get("/b").text == f"[{second.id}]"
    assert signed_in(app.test_client(), admin).get("/b").text == f"[{admin.id}]"
    assert signed_in(app.test_client(), admin).get("/c").text == f"[{first.id}, {second.id}, {admin.id}]"


def test_a_transaction_is_told_once_however_many_apps_the_process_has_made(app, tmp_path):
    close(make_app(make_settings(tmp_path)))
    told = []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *given: told.append(given[2]))
        get_db_session().execute(sa.text("SELECT 1"))

    assert [statement for statement in told if "set_config" in statement] == [TELL]
