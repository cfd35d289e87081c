"""ACC-4: API keys with an owner, an end and an hourly limit, and what is known of their use. On both databases."""

from __future__ import annotations

import subprocess
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from backend.accounts.keys.key import ApiKey
from backend.accounts.keys.models import StoredKey
from backend.accounts.keys.service import MOST_OF_AN_ACCOUNT, KeyService
from backend.accounts.people.models import Account, AccountState
from backend.accounts.permissions import Role, Scope
from backend.audit.models import AuditEntry
from backend.clock import utc_now
from backend.database import get_db_session
from backend.errors import InvalidRequest
from backend.extensions import db
from backend.plugins import get
from tests.accounts import make_account
from tests.conftest import ON_SQLITE, as_role, close, make_app, make_settings
from tests.servers import postgresql_bin, redis

FUNNEL, SEARCH = "/api/analytics/dashboard/funnel", "/api/calculator/occupations?q=rn"


def create(app, *scopes, **given):
    with app.app_context():
        return str(get(KeyService).create("test", scopes or [Scope.DASHBOARDS_READ], **given))


def ask(app, key, url=FUNNEL):
    with app.test_client().get(url, headers={"Authorization": f"Bearer {key}"}) as answer:
        return answer.status_code


def change(app, model, **columns):
    with app.app_context():
        get_db_session().execute(sa.update(model).values(**columns))
        get_db_session().commit()


def stored(app):
    with app.app_context():
        return get_db_session().scalars(sa.select(StoredKey)).one()


def test_a_key_stops_when_it_expires(any_app):
    key = create(any_app, expires_at=utc_now() + timedelta(hours=1))
    assert ask(any_app, key) == 200

    change(any_app, StoredKey, expires_at=utc_now())

    assert ask(any_app, key) == 401


def test_a_key_of_an_account_does_what_its_owner_may_do_now(any_app):
    owner = make_account(any_app, Role.ADMIN)
    key = create(any_app, Scope.DASHBOARDS_READ, account_id=owner.id)
    assert ask(any_app, key) == 200

    change(any_app, Account, role=Role.MEMBER)
    assert ask(any_app, key) == 403

    change(any_app, Account, role=Role.ANALYST)
    assert ask(any_app, key) == 200


def test_a_key_names_less_than_its_owner_may(any_app):
    key = create(any_app, Scope.JOBS_READ, account_id=make_account(any_app, Role.ADMIN).id)

    assert ask(any_app, key) == 403


@pytest.mark.parametrize("state", [AccountState.DISABLED, AccountState.UNVERIFIED, AccountState.INVITED])
def test_a_key_sleeps_while_its_owner_may_not_sign_in(any_app, state):
    key = create(any_app, account_id=make_account(any_app, Role.ANALYST).id)
    change(any_app, Account, state=state)

    assert ask(any_app, key) == 401


def test_a_key_goes_with_its_owner(any_app):
    key = create(any_app, account_id=make_account(any_app, Role.ANALYST).id)
    with any_app.app_context():
        get_db_session().execute(sa.delete(Account))
        get_db_session().commit()

    assert ask(any_app, key) == 401


@ON_SQLITE
@pytest.mark.parametrize("scope", [Scope.ACCOUNTS_MANAGE, Scope.AUDIT_READ, Scope.ACCOUNT_SELF, Scope.KEYS_SELF])
def test_what_is_for_people_is_for_no_key(any_app, scope):
    with pytest.raises(InvalidRequest):
        create(any_app, scope, account_id=make_account(any_app, Role.ADMIN).id)
    with pytest.raises(InvalidRequest):
        create(any_app, scope)


def test_a_key_whose_row_names_more_than_keys_may_gets_no_more(any_app):
    key = create(any_app)
    change(any_app, StoredKey, scopes="accounts:manage dashboards:read")

    with any_app.app_context():
        assert get(KeyService).use(key).caller.scopes == {Scope.DASHBOARDS_READ}


def test_nobody_gives_a_key_more_than_they_have(any_app):
    with pytest.raises(InvalidRequest, match="dashboards:read"):
        create(any_app, Scope.EVENTS_WRITE, account_id=make_account(any_app, Role.ANALYST).id)


def test_nobody_hoards_keys(any_app):
    owner = make_account(any_app, Role.ANALYST)
    for _ in range(MOST_OF_AN_ACCOUNT):
        create(any_app, account_id=owner.id)

    with pytest.raises(InvalidRequest, match="Revoke one first"):
        create(any_app, account_id=owner.id)
    create(any_app, account_id=make_account(any_app, Role.ANALYST).id)


def test_the_use_of_a_key_is_noted_once_a_minute(any_app):
    key = create(any_app)
    assert stored(any_app).last_used_at is None

    ask(any_app, key)
    first = stored(any_app).last_used_at
    ask(any_app, key)

    assert utc_now() - first < timedelta(seconds=30)
    assert stored(any_app).last_used_at == first
    change(any_app, StoredKey, last_used_at=first - timedelta(seconds=61))
    ask(any_app, key)
    assert stored(any_app).last_used_at > first


def test_a_key_is_served_though_its_use_cannot_be_noted(any_app):
    key, refused = create(any_app), []

    def fail(connection, cursor, statement, *rest):
        if statement.startswith("UPDATE api_keys"):
            refused.append(statement)
            raise sa.exc.OperationalError(statement, {}, Exception("disk full"))

    with any_app.app_context():
        event.listen(db.engine, "before_cursor_execute", fail)

    assert ask(any_app, key) == 200
    assert refused


def test_a_key_is_checked_with_one_query_that_locks_nothing(any_app):
    key, asked = create(any_app, account_id=make_account(any_app, Role.ANALYST).id), []
    ask(any_app, key)
    with any_app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    ask(any_app, key, SEARCH)

    assert len([statement for statement in asked if "api_keys" in statement]) == 1
    assert not [statement for statement in asked if "IMMEDIATE" in statement or "FOR UPDATE" in statement]


def test_deeds_are_remembered_and_the_key_itself_is_not(any_app):
    owner = make_account(any_app, Role.ANALYST)
    key = ApiKey.parse(create(any_app, account_id=owner.id, by=owner.name))
    with any_app.app_context():
        get(KeyService).revoke(key.id)
        get(KeyService).revoke(key.id)
        entries = get_db_session().scalars(sa.select(AuditEntry).order_by(AuditEntry.number)).all()

    assert [(e.actor, e.action, e.object) for e in entries] == [
        (owner.name, "key.created", f"key:{key.id}"),
        ("cli", "key.revoked", f"key:{key.id}"),
    ]
    assert entries[0].details == {"dashboards_read": True}


class TestTheHourlyLimit:
    def test_it_is_counted_for_the_key_wherever_it_is_used(self, any_app):
        first, second = (create(any_app, hourly_limit=2) for _ in range(2))

        assert [ask(any_app, first, url) for url in (FUNNEL, SEARCH, FUNNEL)] == [200, 200, 429]
        assert ask(any_app, second) == 200

    def test_it_is_true_across_processes_with_redis(self, instance, redis_url):
        apps = [make_app(make_settings(instance, REDIS_URL=redis_url)) for _ in range(2)]
        key = create(apps[0], hourly_limit=3)

        assert [ask(apps[n % 2], key) for n in range(4)] == [200, 200, 200, 429]
        for app in apps:
            close(app)

    def test_without_redis_each_process_gets_its_part(self, instance):
        with redis() as url:
            app = make_app(make_settings(instance, REDIS_URL=url, WEB_WORKERS=2))
            key = create(app, hourly_limit=4)
            assert ask(app, key) == 200

        assert [ask(app, key) for _ in range(3)] == [200, 200, 429]
        close(app)


class TestTheShell:
    def test_it_gives_a_key_an_owner_an_end_and_a_limit(self, any_app):
        owner, shell = make_account(any_app, Role.ANALYST), any_app.test_cli_runner()
        options = ["--expires-days", "30", "--per-hour", "100", "--account", owner.public_id]

        made = shell.invoke(args=["keys", "create", "--name", "me", "--scope", "dashboards:read", *options])

        row = stored(any_app)
        assert ask(any_app, made.output.strip()) == 200
        assert (row.account_id, row.hourly_limit) == (owner.id, 100)
        assert timedelta(days=29) < row.expires_at - utc_now() <= timedelta(days=30)
        listed = shell.invoke(args=["keys", "list"]).output
        for told in ("active", f"account:{owner.public_id}", "100/hour", f"until {row.expires_at:%Y-%m-%d}", "used "):
            assert told in listed

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (["--scope", "accounts:manage"], "is not one of"),
            (["--scope", "dashboards:read", "--expires-days", "0"], "0 is not in the range"),
            (["--scope", "dashboards:read", "--per-hour", "0"], "0 is not in the range"),
            (["--scope", "dashboards:read", "--account", "6f9619ff-8b86-4011-b42d-00cf4fc964ff"], "no such account"),
        ],
    )
    def test_it_says_what_is_wrong(self, app, options, told):
        made = app.test_cli_runner().invoke(args=["keys", "create", "--name", "x", *options])

        assert made.exit_code != 0
        assert told in made.output


def test_a_dump_of_the_database_holds_no_key(postgresql_url, tmp_path):
    """Check 23."""
    app = make_app(make_settings(tmp_path, DATABASE_URL=postgresql_url))
    key = ApiKey.parse(create(app))
    ask(app, str(key))
    close(app)

    command = [postgresql_bin() / "pg_dump", as_role("mingus", postgresql_url).replace("+psycopg", "")]
    dump = subprocess.run(command, check=True, capture_output=True).stdout

    assert key.id.encode() in dump
    assert key.secret.encode() not in dump
